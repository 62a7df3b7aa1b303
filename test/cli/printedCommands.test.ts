import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';

/** Held requests: without a matching grant, under a hold rule, a public interface, and one of an unknown requester. */
const policy = (freeze: boolean) => `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}", expiry: P7D }
freeze: ${freeze}
owners:
  acme:
    connections: [${ACME_1}]
    grants: { prod: { gateway: ${PROD}, match: { vlan: [100-199] } } }
hold: [{ vlan: [150], reason: under investigation }]
`;

/** IDs in commands that accept a request, in any output. */
function acceptable(text: string): string[] {
  const found = text.matchAll(
    /confirm-\w+-virtual-interface[^\n]*?(?:<span>)?--virtual-interface-id (dxvif-\w+)/g,
  );
  return [...new Set([...found].map(([, id = '']) => id))].sort();
}

describe.each([false, true])(
  'where the policy is frozen (%s), a command that accepts a request',
  (freeze) => {
    it('is in no output when the owner or the requested interface is not certain', async () => {
      const cloud = await startTestCloud({ dialect: 'aws' });
      const [acme, unknown] = [actAs(cloud, ACME), actAs(cloud, UNKNOWN_REQUESTER)];
      const plain = await acme.offer({ connection: ACME_1, vlan: 300 });
      const uncertain = [
        await acme.offer({ connection: ACME_1, vlan: 150 }),
        await acme.offer({ connection: ACME_1, vlan: 101, type: 'public' }),
        await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 102 }),
      ];
      const dir = folderWith({ 'policy/hub.yaml': policy(freeze) });
      const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
      const plan = await runCli(dir, ['plan', ...where]);
      const run = await runCli(dir, ['run', ...where, '--json', '--events', 'events.jsonl']);
      const status = await runCli(dir, ['status', ...where, '--json', '--html', 'status.html']);
      const check = await runCli(dir, ['status', ...where, '--check']);
      const read = (file: string): string => readFileSync(join(dir, file), 'utf8');
      const outputs = {
        plan: plan.stdout,
        run: run.stdout + run.stderr,
        events: read('events.jsonl'),
        status: status.stdout + status.stderr,
        page: read('status.html').replaceAll('</span> <span>', ' '),
      };

      for (const [name, text] of Object.entries(outputs))
        expect([name, acceptable(text)]).toEqual([name, [plain]]);
      expect(acceptable(check.stdout)).toEqual([]);
      // Documents have `null`; texts say what to do instead.
      const [report] = JSON.parse(run.stdout).runs;
      for (const { id, manualOverrideCommand } of report.requests)
        expect([id, manualOverrideCommand === null]).toEqual([id, uncertain.includes(id)]);
      for (const text of [outputs.plan, outputs.events, outputs.page])
        expect(text.split(VERIFY_OWNER).length - 1).toBeGreaterThanOrEqual(uncertain.length);
      expect(read('events.jsonl')).toMatch(/"toDo":"[^"]*bypasses the policy: aws directconnect confirm/);
    });
  },
);
