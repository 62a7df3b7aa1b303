import { describe, expect, it } from 'vitest';
import { holdFor } from '../../core/decide.ts';
import { type Observation, requestDetailsOf } from '../../core/ledgerEntries.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { observationUpdates } from '../../core/observations.ts';
import type { Policy } from '../../core/policy.ts';
import type { Reason } from '../../core/reasons.ts';
import { renderReason } from '../../core/renderReason.ts';
import {
  evaluateRequests,
  observationChanges,
  orderAcceptableRequests,
  type RequestEvaluation,
  reportRequest,
} from '../../core/requestEvaluation.ts';
import { OUTCOMES } from '../../core/runReport.ts';
import {
  AWS,
  aDecisionContext,
  aGrant,
  anOwner,
  aPolicy,
  aPolicyGranting,
  aVif,
  CONNECTION,
  NOW,
  RECIPIENT_ACCOUNT,
  VGW,
} from '../support/builders.ts';
import { aLedger, anObservation, aSnapshot, storedReasons } from '../support/ledgerBuilders.ts';

const ID = 'dxvif-aaaaaaaa';

function evaluate(
  requests: readonly VirtualInterface[],
  observations: Readonly<Record<string, Observation>>,
  policy: Policy = aPolicy(),
): RequestEvaluation[] {
  return [...evaluateRequests(policy, requests, observations, aDecisionContext(), NOW).values()];
}

function anEvaluation(given: Partial<RequestEvaluation> = {}): RequestEvaluation {
  const [first] = evaluate([aVif()], { [ID]: anObservation() });
  if (first === undefined) throw new Error('no request was evaluated');
  return { ...first, ...given };
}

const STANDING = { at: NOW, intervalMs: null, acceptsPerRun: 10, turns: {} };

const NO_GRANT: Reason = { code: 'no-grant', parameters: { owner: 'acme', nearest: null } };
const noGrant = holdFor([NO_GRANT]);
const NO_GRANT_REPORTED = { code: 'no-grant', message: renderReason(NO_GRANT) };
const RUN_LIMIT: Reason = { code: 'run-limit', parameters: { acceptsPerRun: 10 } };

describe('the evaluation of requests', () => {
  it('makes a hold final, and lets an acceptable request wait for its attempt', () => {
    const unknownRequester = aVif({ id: 'dxvif-cccccccc', connection: CONNECTION.other });
    expect(evaluate([unknownRequester, aVif()], { [ID]: anObservation() })).toMatchObject([
      {
        request: { id: ID },
        decision: { verdict: 'accept' },
        outcome: 'notAttempted',
        message: 'the run ended before its turn; the next run continues',
        deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
      },
      { request: { id: 'dxvif-cccccccc' }, decision: { verdict: 'hold' }, outcome: 'held', message: null },
    ]);
  });

  it('has no deadline on AWS', () => {
    const [first] = evaluate([aVif()], { [ID]: anObservation() }, aPolicy({ recipient: AWS }));
    expect(first?.deadline).toEqual({ earliest: null, latest: null });
  });

  it('gives a request without an observation the deadline of one that existed before now', () => {
    const [first] = evaluate([aVif()], {});
    expect(first?.deadline).toEqual({ earliest: null, latest: '2026-11-17T12:00:00.000Z' });
  });
});

describe('the order of acceptable requests', () => {
  const ids = (evaluations: readonly RequestEvaluation[]): string[] =>
    orderAcceptableRequests(evaluations, STANDING).map(({ id }) => id);
  const names = ['dxvif-1', 'dxvif-2', 'dxvif-3'];
  const requests = names.map((id) => aVif({ id }));

  it('has only allowed requests with a valid ID and an observation', () => {
    const observed = { 'dxvif-1': anObservation(), '(item 2)': anObservation() };
    expect(ids(evaluate([aVif({ id: 'dxvif-1' }), aVif({ id: '(item 2)' })], observed))).toEqual(['dxvif-1']);
    expect(ids(evaluate(requests, { 'dxvif-2': anObservation() }))).toEqual(['dxvif-2']);
    expect(ids(evaluate(requests, { 'dxvif-2': anObservation() }, aPolicy({ freeze: true })))).toEqual([]);
  });

  it('is by the earliest expiry; an unknown one may be at any moment', () => {
    const observations = {
      'dxvif-1': anObservation({ notListedAt: '2026-11-10T09:30:00.000Z' }),
      'dxvif-2': anObservation({ notListedAt: '2026-11-10T09:10:00.000Z' }),
      'dxvif-3': anObservation({ notListedAt: null }),
    };
    expect(ids(evaluate(requests, observations))).toEqual(['dxvif-3', 'dxvif-2', 'dxvif-1']);
  });

  it('puts requests that preflight checks held behind others, but not those that the policy held', () => {
    const observations = {
      'dxvif-1': anObservation({ held: storedReasons('vlan-in-use') }),
      'dxvif-2': anObservation({ held: storedReasons('frozen', 'a code of a later version') }),
      'dxvif-3': anObservation({ held: storedReasons('frozen', 'gateway-missing') }),
    };
    expect(ids(evaluate(requests, observations))).toEqual(['dxvif-2', 'dxvif-1', 'dxvif-3']);
  });

  it('puts requests whose confirm failed behind others', () => {
    const observations = {
      'dxvif-1': anObservation({ failures: 2 }),
      'dxvif-2': anObservation({ failures: 1 }),
      'dxvif-3': anObservation(),
    };
    expect(ids(evaluate(requests, observations))).toEqual(['dxvif-3', 'dxvif-2', 'dxvif-1']);
  });
});

it('an acceptable request has the first observation and the deadline for its receipt', () => {
  expect(orderAcceptableRequests(evaluate([aVif()], { [ID]: anObservation() }), STANDING)).toMatchObject([
    {
      firstSeen: '2026-11-10T10:00:05.000Z',
      deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    },
  ]);
});

describe('the observation after a run', () => {
  const observation = anObservation({ failures: 1, held: storedReasons('no-grant') });
  it.each<[string, Partial<RequestEvaluation>, Partial<Observation> | null]>([
    ['nothing new, with another message', { outcome: 'held', decision: noGrant, observation }, null],
    [
      'nothing new, with a repeated reason',
      { outcome: 'held', decision: holdFor([NO_GRANT, NO_GRANT]), observation },
      null,
    ],
    [
      'changed reasons',
      { outcome: 'held', decision: holdFor([RUN_LIMIT]), observation },
      { held: [{ code: 'run-limit', message: renderReason(RUN_LIMIT) }] },
    ],
    [
      'a failure, with its cause',
      { outcome: 'failed', observation, message: 'the API refused it' },
      { failures: 2, lastFailure: 'the API refused it', held: [] },
    ],
    [
      'a failure in several lines is escaped, so that the ledger can read it',
      { outcome: 'failed', observation, message: 'no\nright\u0085' },
      { failures: 2, lastFailure: 'no\\u{a}right\\u{85}', held: [] },
    ],
    [
      'changed details of the request',
      { outcome: 'held', decision: noGrant, request: aVif({ mtu: 9001 }), observation },
      { request: requestDetailsOf(aVif({ mtu: 9001 })), held: [NO_GRANT_REPORTED] },
    ],
    ['no longer held', { outcome: 'notAttempted', observation }, { held: [] }],
    ['accepted, which is recorded separately', { outcome: 'accepted', observation }, null],
    [
      'gone, which counts as a failed attempt if the next listing still shows it',
      { outcome: 'gone', observation, message: 'it does not exist' },
      { failures: 2, lastFailure: 'it does not exist', held: [] },
    ],
    ['without an observation', { outcome: 'failed', observation: null }, null],
  ])('%s', (_, given, learnt) => {
    const change = { kind: 'observed', id: ID, observation: { ...observation, ...learnt } };
    expect(observationChanges(anEvaluation(given), 1)).toEqual(learnt === null ? [] : [change]);
  });
});

it('the ledger keeps its details, and adds no new ones, while very many requests are pending', () => {
  const observation = anObservation({ held: storedReasons('no-grant') });
  const changed = aVif({ mtu: 9001 });
  const item = anEvaluation({ outcome: 'held', decision: noGrant, request: changed, observation });
  expect(observationChanges(item, 1000)).toMatchObject([{ observation: { request: { mtu: 9001 } } }]);
  expect(observationChanges(item, 1001)).toEqual([]);
  const snapshot = aSnapshot(Array.from({ length: 1001 }, (_, i) => aVif({ id: `dxvif-${i}` })));
  const first = observationUpdates(aLedger(), snapshot, new Map());
  expect(first).toHaveLength(1001);
  expect(first).toContainEqual(
    expect.objectContaining({ observation: expect.objectContaining({ request: null }) }),
  );
  const few = observationUpdates(aLedger(), aSnapshot([aVif()]), new Map());
  expect(few).toMatchObject([{ observation: { request: requestDetailsOf(aVif()) } }]);
});

describe('the report of a request', () => {
  const report = (given: Partial<RequestEvaluation>) => reportRequest(anEvaluation(given), AWS, null);

  it.each(OUTCOMES)(
    'has a manual override command for outcome %s, unless the request needs none',
    (outcome) => {
      const settled = ['accepted', 'gone', 'wouldAccept'].includes(outcome);
      expect(report({ outcome }).manualOverrideCommand === null).toBe(settled);
    },
  );

  it('has all keys that consumers rely on', () => {
    expect(report({ outcome: 'accepted', message: null })).toEqual({
      id: ID,
      connection: CONNECTION.owner,
      vlan: 101,
      name: 'acme-prod-1',
      state: 'confirming',
      type: 'private',
      ownerAccount: RECIPIENT_ACCOUNT,
      location: 'PAR1',
      region: null,
      mtu: null,
      tags: null,
      rateLimit: null,
      prefixCountIpv4: null,
      prefixCountIpv6: null,
      peers: [
        {
          asn: 65010,
          amazonAddress: '169.254.10.1/30',
          customerAddress: '169.254.10.2/30',
          hasKey: true,
          agreedKey: null,
        },
      ],
      readErrors: [],
      unreadable: [],
      firstSeen: '2026-11-10T10:00:05.000Z',
      deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
      decision: { verdict: 'accept', owner: 'acme', grant: 'default', gateway: VGW.prod },
      outcome: 'accepted',
      message: null,
      skipped: [],
      manualOverrideCommand: null,
      withoutFreeze: null,
    });
  });

  it('has the reasons of a hold', () => {
    expect(report({ decision: noGrant, outcome: 'held' }).decision).toEqual({
      verdict: 'hold',
      reasons: [NO_GRANT_REPORTED],
    });
  });

  it.each<[string, Policy, string]>([
    ['frozen', aPolicy({ freeze: true }), VGW.prod],
    ['over its limit', aPolicy({ owners: [anOwner({ limit: 0 })] }), VGW.prod],
    ['the nearest grant', aPolicyGranting(aGrant({ gateway: VGW.lab, match: { vlan: [[1, 2]] } })), VGW.lab],
    ['too early', aPolicyGranting(aGrant({ from: '2027-01-01T00:00:00.000Z' })), VGW.prod],
    ['ambiguous', aPolicyGranting(aGrant({ name: 'a' }), aGrant({ name: 'b', gateway: VGW.lab })), 'VGW_ID'],
  ])('has the command with the gateway of the policy for a hold that is %s', (_, policy, gateway) => {
    const [first = anEvaluation()] = evaluate([aVif()], {}, policy);
    expect(reportRequest(first, AWS, null).manualOverrideCommand?.text).toContain(
      `--virtual-gateway-id ${gateway} --region`,
    );
  });

  it.each([false, true])(
    'has no command for an unknown requester, even if the policy is frozen (%s)',
    (freeze) => {
      const [first = anEvaluation()] = evaluate([aVif()], {}, aPolicy({ owners: [], freeze }));
      expect(reportRequest(first, AWS, null)).toMatchObject({ outcome: 'held', manualOverrideCommand: null });
    },
  );
});
