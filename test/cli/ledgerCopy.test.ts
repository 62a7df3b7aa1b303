import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { proxiedDynamo } from '../support/proxiedDynamo.ts';

/** A policy that accepts two interfaces at most. */
const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}]
    grants: { prod: { gateway: ${PROD}, match: { vlan: [101-103] }, limit: 2 } }
`;
const FILE = 'policy/hub.yaml';

const at = proxiedDynamo();

/** Two tables, an account, and the commands that use them. */
async function begin() {
  const cloud = await startTestCloud();
  const dir = folderWith({ [FILE]: POLICY });
  const [from, to] = [await at.dynamo.createTable(), await at.dynamo.createTable()];
  const env = { AWS_ENDPOINT_URL_DYNAMODB: at.dynamo.url, AWS_REGION: 'eu-west-3' };
  const call = (...args: string[]) => runCli(dir, args, env);
  const where = (table: string) => ['--endpoint', cloud.url, '--ledger', `dynamodb:${table}`];
  return {
    from,
    to,
    call,
    offer: (vlan: number) => actAs(cloud, ACME).offer({ connection: ACME_1, vlan }),
    see: (id: string) => actAs(cloud, RECIPIENT_ACCOUNT).see(id),
    freeze: (isFrozen: boolean) =>
      writeFileSync(join(dir, FILE), isFrozen ? `${POLICY}freeze: true\n` : POLICY),
    copy: (...more: string[]) =>
      call(
        'ledger',
        'copy',
        '--policy',
        FILE,
        '--from',
        `dynamodb:${from}`,
        '--to',
        `dynamodb:${to}`,
        ...more,
      ),
    run: (table: string) => call('run', ...where(table)),
    read: async (command: 'receipts' | 'status', table: string) =>
      JSON.parse((await call(command, '--json', ...where(table))).stdout),
  };
}

describe('a target that moves to another stack, frozen until its ledger is copied,', () => {
  it('keeps its receipts, expiry times and limits, and accepts nothing twice', {
    timeout: 600_000,
  }, async () => {
    const { from, to, offer, see, freeze, copy, run, read } = await begin();
    const [one, two] = [await offer(101), await offer(102)];
    await run(from);
    expect([await see(one), await see(two)]).toEqual([`pending ${PROD}`, `pending ${PROD}`]);
    const third = await offer(103);
    await run(from);
    const before = await read('status', from);

    freeze(true);
    await run(to);
    const copied = await copy();
    expect({ code: copied.code, stderr: copied.stderr }).toEqual({ code: 0, stderr: '' });
    expect(copied.stdout).toMatch(/^hub: .*\(2 receipts\)/);
    expect(await read('receipts', to)).toEqual(await read('receipts', from));
    const after = await read('status', to);
    expect(deadlines(after)).toEqual(deadlines(before));
    expect(deadlines(after)).toHaveLength(1);

    freeze(false);
    expect((await run(to)).code).toBe(0);
    // The limit counts what the first stack accepted.
    expect(await see(third)).toBe('confirming');
    expect((await read('receipts', to)).receipts.map(({ replay }: { replay: string }) => replay)).toEqual([
      'same',
      'same',
    ]);
  });
});

/** What a status document says about the expiry of each pending request. */
const deadlines = (status: { targets: { pending: { id: string; deadline: unknown }[] }[] }) =>
  status.targets.flatMap(({ pending }) => pending.map(({ id, deadline }) => ({ id, deadline })));

describe('ledger copy', () => {
  it.each([
    ['a file', ['ledger.json', 'dynamodb:new-table'], '--from'],
    ['one table twice', ['dynamodb:old-table', 'dynamodb:old-table'], 'same table'],
    ['a name that no table has', ['dynamodb:old-table', 'dynamodb:/'], '--to'],
  ])('is wrong usage with %s', async (_, [from = '', to = ''], named) => {
    const { call } = await begin();
    const { code, stderr } = await call('ledger', 'copy', '--policy', FILE, '--from', from, '--to', to);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(named) });
  });

  it('names the targets that it could not copy', async () => {
    const { copy, from } = await begin();
    const { code, stderr } = await copy();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`^hub: .*${from}`)),
    });
  });

  it('refuses an endpoint that is neither https nor on this machine', async () => {
    const dir = folderWith({ [FILE]: POLICY });
    const args = ['ledger', 'copy', '--policy', FILE, '--from', 'dynamodb:old', '--to', 'dynamodb:new'];
    const { code, stderr } = await runCli(dir, args, { AWS_ENDPOINT_URL_DYNAMODB: 'http://db.example' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('AWS_ENDPOINT_URL_DYNAMODB'),
    });
  });
});
