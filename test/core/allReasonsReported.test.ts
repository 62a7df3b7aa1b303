import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks } from '../../core/preflightChecks.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import { reportReasons } from '../../core/renderReason.ts';
import { reportWithoutFreeze, toReportedDecision } from '../../core/runReport.ts';
import {
  aDecisionContext,
  aGrant,
  aHoldRule,
  aLiveVif,
  anOwner,
  aPeer,
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
      'type-not-supported',
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

  it.each(['pending', null])('state %s is held as unreadable', (state) => {
    const decision = decide(aPolicy(), aVif({ state }), aDecisionContext(), NO_DEADLINE, NOW);
    expect(decision).toMatchObject({
      reasons: [{ code: 'unreadable', parameters: { cause: 'state', state } }],
    });
  });

  it('an interface that the recipient offered is not a request', () => {
    const context = aDecisionContext({ ownConnections: { known: true, ids: new Set([CONNECTION.owner]) } });
    const decision = decide(aPolicy(), aVif({ ownerAccount: OWNER_ACCOUNT }), context, NO_DEADLINE, NOW);
    expect(decision).toMatchObject({
      verdict: 'hold',
      reasons: [{ code: 'unknown-requester', parameters: { cause: 'outbound' } }],
    });
  });
});

it('a frozen hold has the deadline of the request', () => {
  const deadline = { earliest: null, latest: '2026-11-13T00:00:00.000Z' };
  const decision = decide(aPolicy({ freeze: true }), aVif(), aDecisionContext(), deadline, NOW);
  expect(decision).toMatchObject({ reasons: [{ code: 'frozen', parameters: { deadline } }] });
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
          parameters: {
            unfrozen: {
              verdict: 'accept',
              owner: 'acme',
              grant: 'default',
              gateway: VGW.prod,
              checked: false,
            },
            deadline: NO_DEADLINE,
          },
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
    expect(reasons.find((reason) => reason.code === 'frozen')).toMatchObject({
      parameters: { unfrozen: { verdict: 'hold', codes: [code] } },
    });
    expect(reportReasons(reasons).filter((reason) => 'withoutFreeze' in reason)).toEqual([]);
  });
});

it('a conflict with another interface is one of the reasons that would remain without the freeze', () => {
  const context = aDecisionContext({ interfaces: [aLiveVif({ vlan: 101, peers: [] })] });
  const decision = decideWithNetworkChecks(aPolicy({ freeze: true }), aVif(), context, NO_DEADLINE, NOW);
  expect(toReportedDecision(decision)).toMatchObject({
    reasons: [{ code: 'frozen' }, { code: 'vlan-in-use' }],
  });
  expect(toReportedDecision(decision)).not.toMatchObject({
    reasons: [{ withoutFreeze: expect.anything() }, expect.anything()],
  });
  expect(reportWithoutFreeze(decision)).toMatchObject({
    verdict: 'hold',
    reasons: [{ code: 'vlan-in-use' }],
  });
});

it('the report of a frozen hold has what the policy would assign without the freeze', () => {
  const withoutFreeze = { owner: 'acme', grant: 'default', gateway: VGW.prod };
  const decision = decide(aPolicy({ freeze: true }), aVif(), aDecisionContext(), NO_DEADLINE, NOW);
  expect(toReportedDecision(decision)).toEqual({
    verdict: 'hold',
    reasons: [{ code: 'frozen', message: expect.any(String), withoutFreeze }],
  });
});

it('a decision does not depend on the order of the interfaces', () => {
  const others = ['dxvif-1', 'dxvif-2', 'dxvif-3'].map((id) => aLiveVif({ id, vlan: 101, peers: [aPeer()] }));
  const decided = (interfaces: readonly VirtualInterface[]) =>
    decideWithNetworkChecks(aPolicy(), aVif(), aDecisionContext({ interfaces }), NO_DEADLINE, NOW);
  expect(decided(others)).toMatchObject({ reasons: { length: 6 } });
  expect(decided(others.toReversed())).toEqual(decided(others));
});

function codesOf(policy: Policy, request: VirtualInterface, context = aDecisionContext()): ReasonCode[] {
  const decision = decide(policy, request, context, NO_DEADLINE, NOW);
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}
