import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners:
  acme:
    connections: [${ACME_1}]
    grants: { prod: { gateway: ${PROD}, match: { vlan: [101] }, ticket: NET-1234 } }
`;

/** A folder in which one request was accepted. */
async function accepted() {
  const cloud = await startTestCloud();
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, authKey: 'planted-bgp-key' });
  const where = ['--endpoint', cloud.url, '--ledger', 'ledger.json'];
  expect((await runCli(dir, ['run', ...where])).code).toBe(0);
  return {
    id,
    dir,
    receipts: (...args: string[]) => runCli(dir, ['receipts', ...args, '--ledger', 'ledger.json']),
  };
}

describe('receipts', () => {
  it('shows why a request was accepted, and that the policy version used at the time decides the same', async () => {
    const { id, dir, receipts } = await accepted();
    // A later policy must not change the result.
    writeFileSync(join(dir, 'policy/hub.yaml'), POLICY.replace('[101]', '[102]'));
    const { code, stdout, stderr } = await receipts();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^${id} accepted \\d{4}-\\S+Z on target hub\n`));
    expect(stdout).toMatch(
      new RegExp(
        `request: connection ${ACME_1}, vlan 101, .*, BGP peer of asn 65010 .*, with a key.*, first seen `,
      ),
    );
    expect(stdout).toContain(`grant: acme.prod (NET-1234) to ${PROD}, evaluated `);
    expect(stdout).toContain('evidence: the answer to the confirm');
    expect(stdout).toMatch(/policy: sha256:[0-9a-f]{64}, revision /);
    expect(stdout).toContain('re-evaluated: same decision');
  });

  it('shows the receipts of valid policies and the errors of an invalid one', async () => {
    const { id, dir, receipts } = await accepted();
    writeFileSync(join(dir, 'policy/lost.yaml'), 'version: 1\n');
    const { code, stdout, stderr } = await receipts();
    expect(code).toBe(3);
    expect(stdout).toContain(`${id} accepted`);
    expect(stderr).toMatch(
      /^policy\/lost\.yaml:1:1 recipient: .*not shown because of errors: policy\/lost\.yaml; the other policies are shown\n$/s,
    );
  });

  it('prints one JSON document, without the BGP key', async () => {
    const { id, receipts } = await accepted();
    const { stdout } = await receipts(id, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      receipts: [
        { target: 'hub', replay: 'same', receipt: { id, owner: 'acme', tickets: { prod: 'NET-1234' } } },
      ],
      damaged: [],
    });
    expect(stdout).not.toContain('planted-bgp-key');
  });

  it('fails for an ID without a receipt', async () => {
    const { receipts } = await accepted();
    const { code, stdout, stderr } = await receipts('dxvif-nowhere1');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('no receipt for `dxvif-nowhere1`; ledger.json has 1 for other requests\n');
  });

  it('names the ledger without receipts, and other ledgers that exist', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    expect((await runCli(dir, ['run', '--endpoint', cloud.url])).code).toBe(0);
    const state = join(dir, 'state/vif-acceptor');
    const none = await runCli(dir, ['receipts']);
    expect(none).toMatchObject({ code: 0, stdout: '' });
    expect(none.stderr).toContain(`there is no ledger ${join(state, 'ledger.json')}`);
    expect(none.stderr).toContain(join(state, `ledger-http-127-0-0-1-${cloud.port}.json`));
    const given = await runCli(dir, ['receipts', 'dxvif-nowhere1']);
    expect(given).toMatchObject({ code: 1, stderr: expect.stringContaining('other ledgers exist') });
  });

  it('refuses a folder as ledger, instead of reporting no receipts', async () => {
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const { code, stderr } = await runCli(dir, ['receipts', '--ledger', 'policy']);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('`policy` is a folder'),
    });
  });

  it('fails when a changed receipt is decided differently', async () => {
    const { dir, receipts } = await accepted();
    const path = join(dir, 'ledger.records.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"vlan":101', '"vlan":102'));
    const { code, stdout } = await receipts();
    expect(code).toBe(1);
    expect(stdout).toContain('re-evaluated: different decision: held: no-grant: ');
  });

  it('fails when the policy version used at the time is missing', async () => {
    const { dir, receipts } = await accepted();
    const policies = join(dir, 'ledger.policies');
    for (const name of readdirSync(policies)) rmSync(join(policies, name));
    const { code, stdout } = await receipts();
    expect(code).toBe(1);
    expect(stdout).toContain('re-evaluated: the ledger has no policy sha256:');
  });
});
