import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { anEndedRequest } from '../support/ledgerBuilders.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const PAST_END = `${JSON.stringify({
  kind: 'ended',
  target: `outscale/eu-west-2/${RECIPIENT_ACCOUNT}`,
  value: anEndedRequest({ endedAt: '2020-01-01T00:00:00.000Z' }),
})}\n`;

function at(cloud: Emulator): string[] {
  return ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
}

describe('the records beside a ledger file', () => {
  async function withPastEnd() {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'ledger.records.jsonl': PAST_END });
    return {
      dir,
      command: (name: string) => runCli(dir, [name, ...at(cloud), '--ledger', 'ledger.json', '--json']),
      records: () => readFileSync(join(dir, 'ledger.records.jsonl'), 'utf8'),
    };
  }

  it('lose their expired part in a run, and nothing in a plan', async () => {
    const { command, records } = await withPastEnd();
    expect(await command('plan')).toMatchObject({ code: 0 });
    expect(records()).toBe(PAST_END);
    expect(await command('run')).toMatchObject({ code: 0, stderr: '' });
    expect(records()).toBe('');
  });

  it('cause a warning and do not fail the run when they cannot be pruned', async () => {
    const { dir, command, records } = await withPastEnd();
    mkdirSync(join(dir, 'ledger.records.pruned'));
    const { code, stderr } = await command('run');
    expect(code).toBe(0);
    expect(stderr).toContain('ledger.records.jsonl');
    expect(stderr).toContain('(EISDIR)');
    expect(records()).toBe(PAST_END);
  });
});

describe('the ledger of an endpoint', () => {
  async function startRun() {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    const id = await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
    const state = join(dir, 'state/vif-acceptor');
    const name = `ledger-http-127-0-0-1-${cloud.port}`;
    return {
      id,
      ledgers: () => readdirSync(state).filter((file) => /^ledger.*\.json$/.test(file)),
      name,
      rename: () => renameSync(join(state, `${name}.json`), join(state, `${name}-.json`)),
      run: (url: string) =>
        runCli(dir, ['run', '--json', '--endpoint', url, '--gateway-endpoint', cloud.url]),
      receipts: (url: string) => runCli(dir, ['receipts', '--json', '--endpoint', url]),
      url: cloud.url.replace(/\/$/, ''),
    };
  }

  it('is the same with and without a slash at its end', async () => {
    const { id, ledgers, name, receipts, run, url } = await startRun();
    expect((await run(`${url}/`)).code).toBe(0);
    expect(ledgers()).toEqual([`${name}.json`]);
    expect((await receipts(url)).stdout).toContain(id);
  });

  it('is still used when an earlier release named it by the URL with a slash', async () => {
    const { ledgers, name, rename, run, url } = await startRun();
    expect((await run(url)).code).toBe(0);
    rename();
    for (const given of [`${url}/`, url]) expect((await run(given)).code).toBe(0);
    expect(ledgers()).toEqual([`${name}-.json`]);
  });
});
