import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { errorsIn } from '../support/documentSchemas.ts';
import { routesFor } from '../support/emulatedRoutes.ts';

vi.setConfig({ testTimeout: 240_000 });

const VPC = 'vpc-1';
const EVENTS = ['--events', 'events.jsonl'];

/** The command line over an accepted interface that a run reported as without onward routes. */
async function reported(...options: readonly string[]) {
  const cloud = await startTestCloud();
  const dir = folderWith({
    'policy/hub.yaml': `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`,
  });
  const where = ['--ledger', 'ledger.json', '--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
  const call = (command: string, ...more: string[]) => runCli(dir, [command, ...where, ...more]);
  const routes = routesFor(cloud);
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await call('run', ...options);
  cloud.clock.advance('PT5M');
  await routes.stopPropagating(PROD, VPC);
  await call('run', ...options);
  // The check is made once, and the alert of the run before lasts.
  await call('run', ...options);
  const show = async () => {
    const { stdout } = await call('status', '--json', '--html', 'status.html', '--metrics', 'status.prom');
    const document = JSON.parse(stdout);
    expect(errorsIn('status', document, true)).toEqual([]);
    const metrics = readFileSync(join(dir, 'status.prom'), 'utf8');
    const [, count = ''] = /^vif_acceptor_not_available_interfaces\{.*\} (.*)$/m.exec(metrics) ?? [];
    const { alerts, followed, warnings } = document.targets[0];
    return {
      alerts: alerts.map(({ code }: { readonly code: string }) => code),
      followed,
      warnings: warnings.map(({ code }: { readonly code: string }) => code),
      count: Number(count),
      page: readFileSync(join(dir, 'status.html'), 'utf8'),
    };
  };
  return { cloud, routes, id, call, show };
}

describe('the status of an accepted interface that a run reported as without onward routes', () => {
  it('agrees with the alert: it shows the interface, since when it is available, and the fix', async () => {
    const { cloud, routes, id, call, show } = await reported(...EVENTS);
    const fix =
      `aws ec2 enable-vgw-route-propagation --route-table-id ${await routes.tableOf(VPC)} --gateway-id ${PROD} ` +
      `--region eu-west-2 --endpoint-url ${cloud.url}`;
    const { page, ...found } = await show();
    expect(found).toMatchObject({
      alerts: ['not-available'],
      followed: [
        { id, owner: 'acme', state: 'available', problem: 'unrouted', fix, availableAt: expect.any(String) },
      ],
      warnings: [],
      count: 1,
    });
    expect(page).toContain(`<code>${fix}</code>`);
    const { stdout } = await call('status');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(fix);
    expect(stdout).toContain(found.followed[0].availableAt.slice(0, 16).replace('T', ' '));
    const check = await call('status', '--check');
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(new RegExp(`^hub: not-available: ${id}: .*${PROD}`, 'm'));
    expect(check.stdout).toContain(fix);
  });

  it('no longer shows it once there is a route, or when it was deleted', async () => {
    const { cloud, routes, id, show, call } = await reported(...EVENTS);
    await routes.addRoute(PROD, VPC);
    expect(await show()).toMatchObject({ followed: [], warnings: [], count: 0 });
    expect(await call('status', '--check')).toMatchObject({ code: 0, stdout: '' });
    await actAs(cloud, RECIPIENT_ACCOUNT).withdraw(id);
    await call('run', ...EVENTS);
    expect(await show()).toMatchObject({ followed: [], warnings: [], count: 0 });
  });

  it('still shows it when its routes or the interfaces cannot be read', async () => {
    const { cloud, id, show } = await reported(...EVENTS);
    const fault = { kind: 'accessDenied', operation: 'DescribeRouteTables', times: 'always' } as const;
    cloud.addFault(fault);
    const problem = 'unrouted';
    expect(await show()).toMatchObject({
      followed: [{ id, problem, fix: null }],
      warnings: ['routes-unknown'],
      count: 1,
    });
    cloud.addFault({ ...fault, operation: 'DescribeVirtualInterfaces' });
    expect(await show()).toMatchObject({ followed: [{ id, problem, message: null, fix: null }] });
  });

  it('shows it also where runs publish no events, while its alert lasts', async () => {
    const { id, show } = await reported();
    expect(await show()).toMatchObject({
      alerts: ['not-available'],
      followed: [{ id, problem: 'unrouted' }],
      count: 1,
    });
  });
});
