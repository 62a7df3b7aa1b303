import { describe, expect, it } from 'vitest';
import { type Deadline, NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import {
  aDecisionContext,
  aGrant,
  aHoldRule,
  aLiveVif,
  anOwner,
  aPolicy,
  aVif,
  CONNECTION,
  NOW,
  OWNER_ACCOUNT,
  VGW,
} from '../support/builders.ts';

describe('several reasons', () => {
  const request = aVif({ type: 'public', readErrors: ['it is odd'], connection: CONNECTION.other });
  it('are all told, in one order', () => {
    const policy = aPolicy({ freeze: true, hold: [aHoldRule({ vlan: [[101, 101]] })] });
    expect(codesOf(policy, request)).toEqual([
      'not-private',
      'unreadable',
      'unknown-requester',
      'frozen',
      'held-by-policy',
    ]);
  });

  it('of limits too', () => {
    const grants = [aGrant({ name: 'a', limit: 0 }), aGrant({ name: 'b', gateway: VGW.lab, limit: 1 })];
    const policy = aPolicy({ owners: [anOwner({ limit: 1, grants })], limits: { acceptsPerRun: 0 } });
    expect(codesOf(policy, aVif(), aDecisionContext({ interfaces: [aLiveVif()] }))).toEqual([
      'ambiguous',
      'owner-limit',
      'grant-limit',
      'grant-limit',
      'pass-limit',
    ]);
  });

  it.each([
    ['pending', '`pending`'],
    [null, 'none'],
  ])('state %s is not for us to confirm', (state, told) => {
    const decision = decide(aPolicy(), aVif({ state }), aDecisionContext(), NO_DEADLINE, NOW);
    expect(decision).toMatchObject({
      reasons: [{ code: 'unreadable', message: expect.stringContaining(told) }],
    });
  });

  it('an interface that we offered is no request, whoever asks', () => {
    const ours = aDecisionContext({ ownConnections: { known: true, ids: new Set([CONNECTION.owner]) } });
    const decision = decide(aPolicy(), aVif({ ownerAccount: OWNER_ACCOUNT }), ours, NO_DEADLINE, NOW);
    expect(decision).toMatchObject({ verdict: 'hold', reasons: [{ code: 'unknown-requester' }] });
  });
});

describe('a freeze says what it may cost', () => {
  const [earliest, latest] = ['2026-11-12T00:00:00.000Z', '2026-11-13T00:00:00.000Z'];
  it.each<[Deadline, string]>([
    [{ earliest, latest }, `may expire from ${earliest} on`],
    [{ earliest: null, latest }, `may expire at any moment, at ${latest} at the latest`],
    [NO_DEADLINE, '(`freeze: true`)'],
  ])('%j', (deadline, words) => {
    const decision = decide(aPolicy({ freeze: true }), aVif(), aDecisionContext(), deadline, NOW);
    expect(decision).toMatchObject({ reasons: [{ message: expect.stringContaining(words) }] });
    expect(JSON.stringify(decision).includes('expire')).toBe(deadline.latest !== null);
  });
});

describe('a freeze says what would be decided without it', () => {
  const ask = (given: Parameters<typeof aPolicy>[0], request: Parameters<typeof aVif>[0] = {}) =>
    decide(aPolicy({ freeze: true, ...given }), aVif(request), aDecisionContext(), NO_DEADLINE, NOW);

  it('accepted: by which grant, with which gateway', () => {
    expect(ask({})).toEqual({
      verdict: 'hold',
      gateway: VGW.prod,
      reasons: [
        {
          code: 'frozen',
          message: expect.stringContaining(`\`acme.default\` → \`${VGW.prod}\``),
          withoutFreeze: { owner: 'acme', grant: 'default', gateway: VGW.prod },
        },
      ],
    });
  });

  it.each<[string, Parameters<typeof aPolicy>[0], Parameters<typeof aVif>[0], ReasonCode]>([
    [
      'no grant fits',
      { owners: [anOwner({ grants: [aGrant({ match: { vlan: [[1, 2]] } })] })] },
      {},
      'no-grant',
    ],
    ['nobody knows the requester', {}, { connection: CONNECTION.other }, 'unknown-requester'],
    ['a limit is reached', { owners: [anOwner({ limit: 0 })] }, {}, 'owner-limit'],
  ])('held too, where %s: with that code beside it, and named', (_, policy, request, code) => {
    const decision = ask(policy, request);
    expect(decision).toMatchObject({ verdict: 'hold' });
    const reasons = decision.verdict === 'hold' ? decision.reasons : [];
    expect(reasons.map((reason) => reason.code).toSorted()).toEqual(['frozen', code].toSorted());
    const frozen = reasons.find((reason) => reason.code === 'frozen');
    expect(frozen?.message).toContain(code);
    expect(frozen).not.toHaveProperty('withoutFreeze');
  });
});

function codesOf(policy: Policy, request: VirtualInterface, world = aDecisionContext()): ReasonCode[] {
  const decision = decide(policy, request, world, NO_DEADLINE, NOW);
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}
