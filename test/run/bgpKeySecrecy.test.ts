import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../emulator/emulator.ts';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, createRunner, SIMPLE_POLICY, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';

const SECRET = 'planted-bgp-key';

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
  it.each(KINDS)('is in no report, ledger, receipt or event when calls meet %s', async (kind) => {
    const cloud = await startTestCloud({ dialect });
    await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101, authKey: SECRET });
    await actAs(cloud, UNKNOWN_REQUESTER).offer({
      connection: UNKNOWN_CONNECTION,
      vlan: 102,
      authKey: SECRET,
    });
    const eventPublisher = recordingPublisher();
    const { policy, digest } = SIMPLE_POLICY;
    const recipient = { ...policy.recipient, provider: dialect };
    const runner = createRunner(
      cloud,
      { policy: { ...policy, recipient }, digest },
      {
        requestTimeoutMs: 50,
        eventPublisher,
      },
    );
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
    expect(JSON.stringify([...cloud.world.interfaces.values()])).toContain(SECRET);
    expect(JSON.stringify(outputs)).not.toContain(SECRET);
  });
});
