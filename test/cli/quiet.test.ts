import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/connectApis.ts';
import { createFileLedger } from '../../adapters/ledgers/file/fileLedger.ts';
import { LEASE_MS } from '../../cli/runTarget.ts';
import { actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const NOTHING = { code: 0, stdout: '', stderr: '' };

describe('--quiet', () => {
  it('prints nothing of a target without requests and problems, and all of one with a held request', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const call = (command: string, ...more: string[]) =>
      runCli(dir, [command, '--endpoint', cloud.url, '--gateway-endpoint', cloud.url, ...more]);
    expect(await call('run', '--quiet')).toEqual(NOTHING);
    expect(await call('plan', '--quiet')).toEqual(NOTHING);
    expect(await call('status', '-q')).toEqual(NOTHING);
    // No run is on record in this ledger, so the last listing is not known.
    const never = await call('status', '-q', '--ledger', 'never.json');
    expect(never).toMatchObject({ code: 0, stdout: expect.stringContaining('hub: ') });
    const id = await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 5 });
    for (const command of ['plan', 'run', 'status']) {
      const quiet = await call(command, '--quiet');
      expect(quiet).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(id) });
    }
  });

  it('still reports a target that another run holds', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const ledger = createFileLedger(join(dir, 'ledger.json'), systemClock);
    await ledger.open(`outscale/eu-west-2/${RECIPIENT_ACCOUNT}`, LEASE_MS);
    const at = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
    const { code, stdout } = await runCli(dir, ['run', '--quiet', ...at]);
    expect({ code, stdout }).toEqual({ code: 5, stdout: expect.stringContaining('hub: ') });
  });

  it('still reports a run that fails, and an invalid policy', async () => {
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'policy/b.yaml': 'version: 2\n' });
    const at = ['--endpoint', 'http://127.0.0.1:9', '--quiet'];
    expect(await runCli(dir, ['plan', ...at])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('hub: '),
      stderr: expect.stringContaining('policy/b.yaml:1:10'),
    });
    const status = await runCli(dir, ['status', ...at]);
    expect(status).toMatchObject({ code: 3, stdout: expect.stringContaining('hub: ') });
  });

  it('leaves standard error empty beside a document, which has the same problems', async () => {
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'policy/b.yaml': 'version: 2\n' });
    for (const command of ['plan', 'status']) {
      const run = (...more: string[]) =>
        runCli(dir, [command, '--endpoint', 'http://127.0.0.1:9', '--json', ...more]);
      const { code, stdout, stderr } = await run('--quiet');
      expect({ command, code, stderr }).toEqual({ command, code: 3, stderr: '' });
      const document = JSON.parse(stdout);
      expect(document.errors.length).toBeGreaterThan(0);
      expect((document.runs ?? document.targets)[0].failures.length).toBeGreaterThan(0);
      expect((await run()).stderr).toContain('policy/b.yaml:1:10');
    }
  });
});
