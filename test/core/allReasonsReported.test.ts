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
  it('are all reported, in a stable order', () => {
    const policy = aPolicy({ freeze: true, hold: [aHoldRule({ vlan: [[101, 101]] })] });
    expect(codesOf(policy, request)).toEqual([
      'not-private',
      'unreadable',
      'unknown-requester',
      'frozen',
      'held-by-policy',
    ]);
  });

  it('include all exhausted limits', () => {
    const grants = [aGrant({ name: 'a', limit: 0 }), aGrant({ name: 'b', gateway: VGW.lab, limit: 1 })];
    const policy = aPolicy({ owners: [anOwner({ limit: 1, grants })], limits: { acceptsPerRun: 0 } });
    expect(codesOf(policy, aVif(), aDecisionContext({ interfaces: [aLiveVif()] }))).toEqual([
      'ambiguous',
      'owner-limit',
      'grant-limit',
      'grant-limit',
      'run-limit',
    ]);
  });

  it.each([
    ['pending', '`pending`'],
    [null, 'none'],
  ])('state %s is held as unreadable', (state, words) => {
    const decision = decide(aPolicy(), aVif({ state }), aDecisionContext(), NO_DEADLINE, NOW);
    expect(decision).toMatchObject({
      reasons: [{ code: 'unreadable', message: expect.stringContaining(words) }],
    });
  });

  it('an interface that the recipient offered is not a request', () => {
    const context = aDecisionContext({ ownConnections: { known: true, ids: new Set([CONNECTION.owner]) } });
    const decision = decide(aPolicy(), aVif({ ownerAccount: OWNER_ACCOUNT }), context, NO_DEADLINE, NOW);
    expect(decision).toMatchObject({ verdict: 'hold', reasons: [{ code: 'unknown-requester' }] });
  });
});

describe('a frozen hold says when the request may expire', () => {
  const [earliest, latest] = ['2026-11-12T00:00:00.000Z', '2026-11-13T00:00:00.000Z'];
  it.each<[Deadline, string]>([
    [{ earliest, latest }, `may expire at the earliest ${earliest}`],
    [{ earliest: null, latest }, `may expire at any time, at the latest ${latest}`],
    [NO_DEADLINE, '(`freeze: true`)'],
  ])('%j', (deadline, words) => {
    const decision = decide(aPolicy({ freeze: true }), aVif(), aDecisionContext(), deadline, NOW);
    expect(decision).toMatchObject({ reasons: [{ message: expect.stringContaining(words) }] });
    expect(JSON.stringify(decision).includes('expire')).toBe(deadline.latest !== null);
  });
});

describe('a frozen hold says what would be decided without the freeze', () => {
  const ask = (given: Parameters<typeof aPolicy>[0], request: Parameters<typeof aVif>[0] = {}) =>
    decide(aPolicy({ freeze: true, ...given }), aVif(request), aDecisionContext(), NO_DEADLINE, NOW);

  it('an acceptance, with grant and gateway', () => {
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
      'no grant matches',
      { owners: [anOwner({ grants: [aGrant({ match: { vlan: [[1, 2]] } })] })] },
      {},
      'no-grant',
    ],
    ['the requester is unknown', {}, { connection: CONNECTION.other }, 'unknown-requester'],
    ['a limit is reached', { owners: [anOwner({ limit: 0 })] }, {}, 'owner-limit'],
  ])('a hold, with its code, where %s', (_, policy, request, code) => {
    const decision = ask(policy, request);
    expect(decision).toMatchObject({ verdict: 'hold' });
    const reasons = decision.verdict === 'hold' ? decision.reasons : [];
    expect(reasons.map((reason) => reason.code).toSorted()).toEqual(['frozen', code].toSorted());
    const frozen = reasons.find((reason) => reason.code === 'frozen');
    expect(frozen?.message).toContain(code);
    expect(frozen).not.toHaveProperty('withoutFreeze');
  });
});

function codesOf(policy: Policy, request: VirtualInterface, context = aDecisionContext()): ReasonCode[] {
  const decision = decide(policy, request, context, NO_DEADLINE, NOW);
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}
