import { describe, expect, it } from 'vitest';
import { hold } from '../../core/decide.ts';
import { detailsOf, type Sighting } from '../../core/ledgerEntries.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { sightingChanges } from '../../core/observations.ts';
import type { Policy } from '../../core/policy.ts';
import { type Case, lessonOf, openCases, reportOf, turnsOf } from '../../core/requestEvaluation.ts';
import { OUTCOMES } from '../../core/runReport.ts';
import {
  AWS,
  aGrant,
  anOwner,
  aPolicy,
  aPolicyGranting,
  aVif,
  aWorld,
  CONNECTION,
  NOW,
  US,
  VGW,
} from '../support/builders.ts';
import { aLedger, aSighting, aSurvey, heldFor } from '../support/ledgerBuilders.ts';

const ID = 'dxvif-aaaaaaaa';

function opened(
  requests: readonly VirtualInterface[],
  sightings: Readonly<Record<string, Sighting>>,
  policy: Policy = aPolicy(),
): Case[] {
  return [...openCases(policy, requests, sightings, aWorld(), NOW).values()];
}

function aCase(given: Partial<Case> = {}): Case {
  const [first] = opened([aVif()], { [ID]: aSighting() });
  if (first === undefined) throw new Error('no case was opened');
  return { ...first, ...given };
}

const STANDING = { at: NOW, intervalMs: null, acceptsPerPass: 10, turns: {} };

const NO_GRANT = { code: 'no-grant', message: 'none fits' } as const;
const noGrant = hold([NO_GRANT]);

describe('opening', () => {
  it('a hold is final, and what may be accepted waits', () => {
    const stranger = aVif({ id: 'dxvif-cccccccc', connection: CONNECTION.other });
    expect(opened([stranger, aVif()], { [ID]: aSighting() })).toMatchObject([
      {
        request: { id: ID },
        decision: { verdict: 'accept' },
        outcome: 'notAttempted',
        message: 'the pass ended before its turn; the next one goes on',
        deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
      },
      { request: { id: 'dxvif-cccccccc' }, decision: { verdict: 'hold' }, outcome: 'held', message: null },
    ]);
  });

  it('on AWS has no deadline', () => {
    const [first] = opened([aVif()], { [ID]: aSighting() }, aPolicy({ recipient: AWS }));
    expect(first?.deadline).toEqual({ earliest: null, latest: null });
  });

  it('of what is not remembered, has the deadline of what was there before now', () => {
    const [first] = opened([aVif()], {});
    expect(first?.deadline).toEqual({ earliest: null, latest: '2026-11-17T12:00:00.000Z' });
  });
});

describe('the turns', () => {
  const ids = (cases: readonly Case[]): string[] => turnsOf(cases, STANDING).map(({ id }) => id);
  const names = ['dxvif-1', 'dxvif-2', 'dxvif-3'];
  const requests = names.map((id) => aVif({ id }));

  it('are of what may be accepted, has a proper ID and is remembered', () => {
    const sighted = { 'dxvif-1': aSighting(), '(item 2)': aSighting() };
    expect(ids(opened([aVif({ id: 'dxvif-1' }), aVif({ id: '(item 2)' })], sighted))).toEqual(['dxvif-1']);
    expect(ids(opened(requests, { 'dxvif-2': aSighting() }))).toEqual(['dxvif-2']);
    expect(ids(opened(requests, { 'dxvif-2': aSighting() }, aPolicy({ freeze: true })))).toEqual([]);
  });

  it('go by the early end; where it is not known, it may be any moment', () => {
    const sightings = {
      'dxvif-1': aSighting({ notListedAt: '2026-11-10T09:30:00.000Z' }),
      'dxvif-2': aSighting({ notListedAt: '2026-11-10T09:10:00.000Z' }),
      'dxvif-3': aSighting({ notListedAt: null }),
    };
    expect(ids(opened(requests, sightings))).toEqual(['dxvif-3', 'dxvif-2', 'dxvif-1']);
  });

  it('leave what gateway or network held before for later, and not what the policy held', () => {
    const sightings = {
      'dxvif-1': aSighting({ held: heldFor('vlan-in-use') }),
      'dxvif-2': aSighting({ held: heldFor('frozen', 'a code of a later version') }),
      'dxvif-3': aSighting({ held: heldFor('frozen', 'gateway-missing') }),
    };
    expect(ids(opened(requests, sightings))).toEqual(['dxvif-2', 'dxvif-1', 'dxvif-3']);
  });

  it('leave what failed before for later', () => {
    const sightings = {
      'dxvif-1': aSighting({ failures: 2 }),
      'dxvif-2': aSighting({ failures: 1 }),
      'dxvif-3': aSighting(),
    };
    expect(ids(opened(requests, sightings))).toEqual(['dxvif-3', 'dxvif-2', 'dxvif-1']);
  });
});

it('a turn carries what a receipt says of the request: when it was first seen, and its deadline', () => {
  expect(turnsOf(opened([aVif()], { [ID]: aSighting() }), STANDING)).toMatchObject([
    {
      firstSeen: '2026-11-10T10:00:05.000Z',
      deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
    },
  ]);
});

describe('what the ledger learns', () => {
  const sighting = aSighting({ failures: 1, held: heldFor('no-grant') });
  it.each<[string, Partial<Case>, Partial<Sighting> | null]>([
    ['nothing new, whatever the words', { outcome: 'held', decision: noGrant, sighting }, null],
    ['nothing new, told twice', { outcome: 'held', decision: hold([NO_GRANT, NO_GRANT]), sighting }, null],
    [
      'other reasons',
      { outcome: 'held', decision: hold([{ code: 'frozen', message: 'the policy is' }]), sighting },
      { held: [{ code: 'frozen', message: 'the policy is' }] },
    ],
    [
      'a failure, with why',
      { outcome: 'failed', sighting, message: 'the API refused it' },
      { failures: 2, lastFailure: 'the API refused it', held: [] },
    ],
    [
      'a failure in several lines, as one that can be read again',
      { outcome: 'failed', sighting, message: 'no\nright\u0085' },
      { failures: 2, lastFailure: 'no\\u{a}right\\u{85}', held: [] },
    ],
    [
      'what the request looks like now',
      { outcome: 'held', decision: noGrant, request: aVif({ mtu: 9001 }), sighting },
      { request: detailsOf(aVif({ mtu: 9001 })), held: noGrant.reasons },
    ],
    ['held no more', { outcome: 'notAttempted', sighting }, { held: [] }],
    ['accepted: recorded elsewhere', { outcome: 'accepted', sighting }, null],
    ['gone: the next listing tells', { outcome: 'gone', sighting }, null],
    ['not remembered', { outcome: 'failed', sighting: null }, null],
  ])('%s', (_, given, learnt) => {
    const change = { kind: 'sighted', id: ID, sighting: { ...sighting, ...learnt } };
    expect(lessonOf(aCase(given), 1)).toEqual(learnt === null ? [] : [change]);
  });
});

it('the ledger keeps the details that it has, and no new ones, while very many requests are pending', () => {
  const sighting = aSighting({ held: heldFor('no-grant') });
  const changed = aVif({ mtu: 9001 });
  const item = aCase({ outcome: 'held', decision: noGrant, request: changed, sighting });
  expect(lessonOf(item, 1000)).toMatchObject([{ sighting: { request: { mtu: 9001 } } }]);
  expect(lessonOf(item, 1001)).toEqual([]);
  const survey = aSurvey(Array.from({ length: 1001 }, (_, i) => aVif({ id: `dxvif-${i}` })));
  const first = sightingChanges(aLedger(), survey, new Map());
  expect(first).toHaveLength(1001);
  expect(first).toContainEqual(
    expect.objectContaining({ sighting: expect.objectContaining({ request: null }) }),
  );
  const few = sightingChanges(aLedger(), aSurvey([aVif()]), new Map());
  expect(few).toMatchObject([{ sighting: { request: detailsOf(aVif()) } }]);
});

describe('what is told', () => {
  const told = (given: Partial<Case>) => reportOf(aCase(given), AWS, null);

  it.each(OUTCOMES)('%s: a command for a person, unless it is settled', (outcome) => {
    const settled = ['accepted', 'gone', 'wouldAccept'].includes(outcome);
    expect(told({ outcome }).acceptByHand === null).toBe(settled);
  });

  it('names everything the report is relied on for', () => {
    expect(told({ outcome: 'accepted', message: null })).toEqual({
      id: ID,
      connection: CONNECTION.owner,
      vlan: 101,
      name: 'acme-prod-1',
      state: 'confirming',
      type: 'private',
      ownerAccount: US,
      location: 'PAR1',
      region: null,
      mtu: null,
      tags: null,
      peers: [
        { asn: 65010, amazonAddress: '169.254.10.1/30', customerAddress: '169.254.10.2/30', hasKey: true },
      ],
      faults: [],
      unreadable: [],
      firstSeen: '2026-11-10T10:00:05.000Z',
      deadline: { earliest: '2026-11-17T09:00:00.000Z', latest: '2026-11-17T10:00:05.000Z' },
      decision: { verdict: 'accept', owner: 'acme', grant: 'default', gateway: VGW.prod },
      outcome: 'accepted',
      message: null,
      skipped: [],
      acceptByHand: null,
    });
  });

  it('of a hold: the reasons', () => {
    expect(told({ decision: noGrant, outcome: 'held' }).decision).toEqual({
      verdict: 'hold',
      reasons: [{ code: 'no-grant', message: 'none fits' }],
    });
  });

  it.each<[string, Policy, string]>([
    ['frozen', aPolicy({ freeze: true }), VGW.prod],
    ['over its limit', aPolicy({ owners: [anOwner({ limit: 0 })] }), VGW.prod],
    ['the nearest grant', aPolicyGranting(aGrant({ gateway: VGW.lab, match: { vlan: [[1, 2]] } })), VGW.lab],
    ['too early', aPolicyGranting(aGrant({ from: '2027-01-01T00:00:00.000Z' })), VGW.prod],
    ['ambiguous', aPolicyGranting(aGrant({ name: 'a' }), aGrant({ name: 'b', gateway: VGW.lab })), 'VGW_ID'],
  ])('of a hold that is %s: the command with the gateway that the policy means', (_, policy, gateway) => {
    const [first = aCase()] = opened([aVif()], {}, policy);
    expect(reportOf(first, AWS, null).acceptByHand).toContain(`--virtual-gateway-id ${gateway} --region`);
  });

  it.each([false, true])(
    'of a hold of a stranger: no command, whether the policy is frozen (%s)',
    (freeze) => {
      const [first = aCase()] = opened([aVif()], {}, aPolicy({ owners: [], freeze }));
      expect(reportOf(first, AWS, null)).toMatchObject({ outcome: 'held', acceptByHand: null });
    },
  );
});
