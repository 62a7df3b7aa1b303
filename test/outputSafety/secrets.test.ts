import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACME, actAs, RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud } from '../support/cloud.ts';
import { formsOf } from '../support/wireItems.ts';
import { BGP_KEY, collectCommandOutputs } from './commandOutputs.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

describe('a BGP key', () => {
  it('is in nothing that a command prints, writes or stores, nor in the emulator’s list of calls, and neither is its digest', async () => {
    const outputs = await collectCommandOutputs(['acme-prod-1']);
    for (const { stdout } of [outputs.plan, outputs.statusJson, outputs.receiptsJson]) {
      expect(stdout).toContain('acme-prod-1');
      expect(stdout).toContain('"hasKey": true');
      expect(stdout).toContain('"agreedKey": "none"');
    }
    expect(outputs.kept).toContain('acme-prod-1');
    expect(outputs.calls).toContain('AllocatePrivateVirtualInterface');
    for (const [of, text] of Object.entries(outputs))
      for (const form of formsOf(BGP_KEY))
        expect([of, form, JSON.stringify(text).includes(form)]).toEqual([of, form, false]);
  }, 60_000);
});

describe('a secret key that the API refuses', () => {
  it.each([
    [['run', '--json', '--events', 'events.jsonl']],
    [['status', '--json', '--html', 'status.html']],
    [['doctor']],
    [['doctor', '--json']],
    [['policy', 'init', '--provider', 'outscale', '--region', 'eu-west-2', '--account', RECIPIENT_ACCOUNT]],
    [['policy', 'diff', 'policy/hub.yaml', 'policy/hub.yaml', '--pending']],
  ])('is not in what %j prints or writes', async (command) => {
    const cloud = await startTestCloud();
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, authKey: BGP_KEY });
    const dir = folderWith({ 'policy/hub.yaml': POLICY, 'events.jsonl': '', 'status.html': '' });
    const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url];
    const { code, stdout, stderr } = await runCli(dir, [...command, ...where], {
      OSC_SECRET_KEY: 'planted-secret',
    });
    expect(code).toBe(1);
    const written = ['events.jsonl', 'status.html'].map((file) => readFileSync(join(dir, file), 'utf8'));
    expect(stdout + stderr).toMatch(/credentials/);
    expect([stdout, stderr, ...written].join()).not.toContain('planted');
  });
});
