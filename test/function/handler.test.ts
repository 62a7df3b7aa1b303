import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith } from '../support/cli.ts';
import {
  ACME_1,
  compileTestPolicy,
  outcomesById,
  PROD,
  SIMPLE_POLICY,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder, requestsInLog } from '../support/lambda.ts';
import { failureCodes, functionOn, log, metrics, tables } from './testFunction.ts';

describe('the function', () => {
  it('calls the AWS APIs at the endpoints of the AWS configuration', async () => {
    const cloud = await startTestCloud({ dialect: 'aws' });
    vi.stubEnv('AWS_ENDPOINT_URL', cloud.url);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const aws = compileTestPolicy(`owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }`, 'aws');
    const report = await functionOn(cloud, {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(aws),
      VIF_ACCEPTOR_ENDPOINT: '',
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: '',
    })({ target: 'hub' }, lambdaContext());
    expect(report.status).toBe('completed');
    const called = cloud.calls().map(({ service }) => service);
    expect([...new Set(called)].sort()).toEqual(['directconnect', 'ec2', 'sts']);
  });

  it('never follows the variables and profiles of OUTSCALE tools', async () => {
    const cloud = await startTestCloud();
    const profile = { access_key: '012345678901', secret_key: 'secret', endpoint: cloud.url };
    const settings = {
      HOME: folderWith({ '.osc/config.json': JSON.stringify({ default: profile }) }),
      OSC_ENDPOINT_DIRECT_LINK: cloud.url,
      OSC_ENDPOINT_FCU: cloud.url,
      // Calls to the real cloud end here.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1',
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const env = { ...settings, VIF_ACCEPTOR_ENDPOINT: '', VIF_ACCEPTOR_GATEWAY_ENDPOINT: '' };
    await expect(functionOn(cloud, env)({ target: 'hub' }, lambdaContext())).rejects.toMatchObject({
      name: 'RunFailed',
      message: expect.stringContaining('HTTPS_PROXY'),
    });
    expect(failureCodes()).toEqual(['api']);
    expect(cloud.calls()).toEqual([]);
  });

  it('executes a run over the target of its event and reports it with the revision', async () => {
    const cloud = await startTestCloud();
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const report = await functionOn(cloud)({ target: 'hub' }, lambdaContext());
    expect(outcomesById(requestsInLog(log))).toEqual({ [id]: `accepted acme.default ${PROD}` });
    expect(report.policy).toEqual({ digest: SIMPLE_POLICY.digest, revision: 'v1.2.3-4-gabcdef0' });
  });

  it('keeps its state between invocations of one process', async () => {
    const cloud = await startTestCloud({ now: new Date() });
    const invoke = functionOn(cloud);
    await invoke({ target: 'hub' }, lambdaContext());
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    await invoke({ target: 'hub' }, lambdaContext());
    const { requests } = requestsInLog(log);
    expect(requests[0]?.deadline.earliest).not.toBeNull();
    expect(tables).toEqual(['ledger']);
  });

  it('keeps one ledger for all its targets, each with its own state', async () => {
    const cloud = await startTestCloud();
    const lab = {
      ...SIMPLE_POLICY.policy,
      target: 'lab',
      recipient: { ...SIMPLE_POLICY.policy.recipient, region: 'eu-west-9' },
    };
    const invoke = functionOn(cloud, {
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY, { policy: lab, digest: '' }),
    });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 101 });
    expect((await invoke({ target: 'hub' }, lambdaContext())).counts).toMatchObject({ pending: 1 });
    await expect(invoke({ target: 'lab' }, lambdaContext())).rejects.toMatchObject({ name: 'RunFailed' });
    expect(failureCodes()).toEqual(['wrong-account-or-region']);
    expect(tables).toEqual(['ledger']);
  });

  it('publishes what it did, and fails its invocation when it could not publish anything', async () => {
    const cloud = await startTestCloud();
    const publisher = recordingPublisher();
    const invoke = functionOn(cloud, {}, publisher);
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    await invoke({ target: 'hub' }, lambdaContext());
    expect(publisher.takePublished()).toEqual([`Request Accepted ${id}`]);

    log.length = 0;
    publisher.deliverAtMost(0);
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    const invoked = invoke({ target: 'hub' }, lambdaContext());
    await expect(invoked).rejects.toMatchObject({ name: 'RunFailed' });
    expect(failureCodes()).toEqual(['event-delivery']);
    expect(metrics()).toMatchObject({ RunFailed: 1, EventDeliveryFailed: 1, Held: 1 });
  });

  it('fails its invocation, after reporting, when the run failed', async () => {
    const cloud = await startTestCloud();
    cloud.addFault({ kind: 'accessDenied', operation: 'DescribeVirtualInterfaces' });
    const invoked = functionOn(cloud)({ target: 'hub' }, lambdaContext());
    await expect(invoked).rejects.toMatchObject({
      name: 'RunFailed',
      message: expect.stringMatching(/`hub`.*DescribeVirtualInterfaces/),
    });
    expect(failureCodes()).toEqual(['credentials']);
    expect(metrics()).toMatchObject({ RunFailed: 1, RunCompleted: 0, target: 'hub' });
    expect(metrics()).not.toHaveProperty('Pending');
    expect(log.join('')).toContain('"level":"ERROR"');
  });
});
