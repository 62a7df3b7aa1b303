import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { errorsIn } from '../support/documentSchemas.ts';

/** The command line over an account where the owner of an accepted interface advertises these prefixes. */
async function advertising(...prefixes: string[]) {
  const cloud = await startTestCloud({ dialect: 'aws' });
  const dir = folderWith({
    'policy/hub.yaml': `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}]
    grants: { prod: { gateway: ${PROD}, routes: [10.20.0.0/16], maxPrefixes: 1 } }
`,
  });
  const where = ['--endpoint', cloud.url, '--ledger', 'ledger.json'];
  const call = (command: string, ...more: string[]) => runCli(dir, [command, ...where, ...more]);
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  await call('run');
  cloud.clock.advance('PT5M');
  const body = JSON.stringify({ routes: prefixes.map((cidr) => ({ cidr })) });
  await fetch(`${cloud.url}/_simulator/interfaces/${id}`, { method: 'POST', body });
  return { cloud, dir, id, call };
}

it('a run and the status show what an owner advertises unexpectedly', async () => {
  const { dir, id, call } = await advertising('0.0.0.0/0', '10.30.0.0/16');
  const run = await call('run', '--json');
  expect(errorsIn('run', JSON.parse(run.stdout), true)).toEqual([]);
  const codes = ['default-route', 'outside-routes', 'too-many-prefixes'];
  expect(JSON.parse(run.stdout).runs[0].unexpectedRoutes).toMatchObject([
    { id, prefixes: 2, findingCount: 3, findings: codes.map((code) => ({ code })) },
  ]);
  expect((await call('run', '--quiet')).stdout).toContain(id);

  const status = await call('status', '--json', '--html', 'status.html');
  const document = JSON.parse(status.stdout);
  expect(errorsIn('status', document, true)).toEqual([]);
  expect(document.targets[0]).toMatchObject({ unexpectedRoutes: [{ id }], unreadRoutes: [] });
  const text = (await call('status')).stdout;
  expect(text).toContain('unexpected routes: what owners of accepted interfaces advertise');
  expect(text).toContain('`0.0.0.0/0`');
  expect(readFileSync(join(dir, 'status.html'), 'utf8')).toContain('Unexpected routes');

  const check = await call('status', '--check');
  expect(check.code).toBe(1);
  expect(check.stdout).toMatch(new RegExp(`^hub: unexpected-routes: ${id}: `, 'm'));
});

it('the status shows which routes are not known, and why', async () => {
  const { cloud, id, call } = await advertising('10.20.0.0/16');
  cloud.addFault({ kind: 'accessDenied', operation: 'ListVirtualInterfaceRoutes', times: 'always' });
  await call('run');
  const document = JSON.parse((await call('status', '--json')).stdout);
  expect(errorsIn('status', document, true)).toEqual([]);
  expect(document.targets[0]).toMatchObject({
    unexpectedRoutes: [],
    unreadRoutes: [{ id, owner: 'acme', readAt: null, unread: ['routes-forbidden'] }],
  });
  expect((await call('status')).stdout).toMatch(new RegExp(`routes not fully known\n +${id}: `));
});
