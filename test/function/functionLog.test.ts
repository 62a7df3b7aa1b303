import { describe, expect, it, vi } from 'vitest';
import { actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { lambdaContext, requestsInLog } from '../support/lambda.ts';
import { failureCodes, functionOn, log, logLines, metrics } from './testFunction.ts';

describe('the log of the function', () => {
  it('counts everything in every completed run, zeros included', async () => {
    const cloud = await startTestCloud();
    await functionOn(cloud)({ target: 'hub' }, lambdaContext());
    expect(metrics()).toMatchObject({
      service: 'vif-acceptor',
      target: 'hub',
      Pending: 0,
      Accepted: 0,
      Held: 0,
      ConfirmFailed: 0,
      RunFailed: 0,
      RunCompleted: 1,
      Expired: 0,
      NotAvailable: 0,
      EventDeliveryFailed: 0,
    });
    expect(metrics()).not.toHaveProperty('HoursToDeadline');
    expect(JSON.stringify(metrics()._aws)).toContain('"Namespace":"VifAcceptor"');
  });

  it.each(['', 'false'])(
    'writes no metrics of a target with the setting `%s`, and has the same values in the line of the run',
    async (setting) => {
      const cloud = await startTestCloud();
      const env = { VIF_ACCEPTOR_TARGET_METRICS: setting };
      await functionOn(cloud, env)({ target: 'hub' }, lambdaContext());
      const lines = logLines();
      expect(lines.filter((line) => '_aws' in line)).toEqual([]);
      expect(lines).toMatchObject([
        {
          run: { target: 'hub', metrics: { Pending: 0, RunFailed: 0, RunCompleted: 1 } },
        },
      ]);
    },
  );

  it.each([
    ['plain', (vlan: number) => `vlan-${vlan}`],
    ['hostile', () => '\u{202e}'.repeat(100)],
  ])('answers and logs a bounded part of each of many requests, with %s names', async (_, name) => {
    const cloud = await startTestCloud({ now: new Date() });
    const many = 40;
    for (let vlan = 101; vlan <= 100 + many; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({
        connection: UNKNOWN_CONNECTION,
        vlan,
        name: name(vlan),
      });
    const answer = await functionOn(cloud)({ target: 'hub' }, lambdaContext());
    expect(answer).toMatchObject({
      format: 1,
      status: 'completed',
      counts: { pending: many, held: many },
      lists: { failures: 0 },
    });
    // Its size does not depend on the number of requests.
    expect(JSON.stringify(answer)).not.toMatch(/dxvif-|vlan-|u\{/);
    expect(JSON.stringify(answer).length).toBeLessThan(1000);
    expect(requestsInLog(log).requests).toHaveLength(many);
    const lines = log.join('').split('\n');
    expect(lines.length).toBeLessThan(many + 10);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThan(64_000);
    const { run, function_request_id: invocation } = JSON.parse(
      lines.find((line) => line.includes('dxvif-')) ?? '',
    );
    expect(run).toEqual({ target: 'hub', startedAt: answer.startedAt });
    expect(invocation).toBe(lambdaContext().awsRequestId);
  });

  it('logs while time is left, and says how many lines it left out', async () => {
    const cloud = await startTestCloud();
    for (let vlan = 101; vlan <= 105; vlan += 1)
      await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan });
    let left = 240_000;
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => left };
    vi.mocked(process.stdout.write).mockImplementation((chunk) => {
      if (requestsInLog(log).requests.length === 1) left = 400;
      return log.push(String(chunk)) > 0;
    });
    await functionOn(cloud)({ target: 'hub' }, context);
    const { requests } = requestsInLog(log);
    expect(requests.length).toBeGreaterThan(0);
    const leftOut = logLines().flatMap(({ lines }) => lines ?? []);
    expect(leftOut).toEqual([5 - requests.length]);
    expect(metrics()).toMatchObject({ RunCompleted: 1 });
  });

  it('writes no BGP key to its log', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 101,
      authKey: 'planted-bgp-key',
    });
    cloud.addFault({ kind: 'truncatedBody', operation: 'DescribeVirtualInterfaces', after: 1 });
    const invoke = functionOn(cloud);
    await invoke({ target: 'hub' }, lambdaContext());
    await expect(invoke({ target: 'hub' }, lambdaContext())).rejects.toMatchObject({ name: 'RunFailed' });
    expect(failureCodes()).toEqual(['api']);
    expect(log.join('')).toContain(UNKNOWN_CONNECTION);
    expect(log.join('')).not.toContain('planted-bgp-key');
  });
});
