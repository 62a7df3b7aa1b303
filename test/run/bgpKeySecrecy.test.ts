import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../emulator/emulator.ts';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import {
  ACME_1,
  compileTestPolicy,
  createRunner,
  PROD,
  startTestCloud,
  UNKNOWN_CONNECTION,
} from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { formsOf } from '../support/wireItems.ts';

const SECRET = 'planted-bgp-key';
const AGREED = 'planted-agreed-key';
const DIGEST = digestOf(AGREED);
const OTHER = digestOf('a key that no session has');
/** A policy that names agreed keys, so that every key is compared. */
const OWNERS = `owners:
  acme:
    connections: [${ACME_1}]
    grants:
      any: { gateway: ${PROD} }
      agreed: { gateway: ${PROD}, match: { bgpKey: "${DIGEST}" } }
      other: { gateway: ${PROD}, match: { bgpKey: "${OTHER}" } }
`;

function digestOf(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/** Every kind of fault that spoils or delays an answer. */
const KINDS: readonly FaultKind[] = [
  ...(['throttle', 'serverError', 'accessDenied', 'outscaleError', 'reset', 'hang', 'html'] as const),
  ...([
    'emptyBody',
    'emptyObject',
    'truncatedPage',
    'truncatedBody',
    'repeatedToken',
    'garbageItem',
  ] as const),
  ...(['failAfterCommit', 'timeoutAfterCommit'] as const),
];

describe.each(['outscale', 'aws'] as const)('on %s, a BGP key', (dialect) => {
  it.each(KINDS)(
    'is in no report, ledger, receipt or event, nor is its digest, when calls meet %s',
    async (kind) => {
      const cloud = await startTestCloud({ dialect });
      await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, authKey: SECRET });
      await actAs(cloud, UNKNOWN_REQUESTER).offer({
        connection: UNKNOWN_CONNECTION,
        vlan: 102,
        authKey: SECRET,
      });
      await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 103, authKey: AGREED });
      const eventPublisher = recordingPublisher();
      const policy = compileTestPolicy(OWNERS, dialect);
      const runner = createRunner(cloud, policy, { requestTimeoutMs: 50, eventPublisher });
      for (const after of [0, 1, 2, 3, 4]) cloud.addFault({ kind, after, times: 1 });

      const outputs: unknown[] = [];
      for (let run = 0; run < 3; run += 1) outputs.push(await runner.run());
      const key = `${dialect}/eu-west-2/012345678901`;
      outputs.push(
        await runner.ledger.readState(key),
        await runner.ledger.readRecords(key, new Date(0)),
        eventPublisher.delivered,
      );

      // The key could leak: the API shows it.
      const shown = JSON.stringify([...cloud.world.interfaces.values()]);
      for (const key of [SECRET, AGREED]) expect(shown).toContain(key);
      const written = JSON.stringify(outputs);
      for (const form of formsOf(SECRET)) expect(written).not.toContain(form);
      // Of an agreed key, only the digest is shown that the policy names.
      const rest = written.replaceAll(DIGEST, '');
      for (const form of formsOf(AGREED)) expect(rest).not.toContain(form);
    },
  );
});
