import { describe, expect, it } from 'vitest';
import { applyLedgerChanges } from '../../core/applyLedgerChanges.ts';
import { NO_RUN_FACTS } from '../../core/events/eventDefinition.ts';
import { findNewEvents } from '../../core/events/findNewEvents.ts';
import { connectionChanges, type FollowUp, findFollowUps } from '../../core/followUp.ts';
import type { Acceptance } from '../../core/ledgerEntries.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner } from '../../core/policy.ts';
import { aLiveVif, anOwner, CONNECTION, NOW } from '../support/builders.ts';
import { ORIGIN, PUBLISHED_AT } from '../support/eventFixtures.ts';
import { aLedger, anAcceptance } from '../support/ledgerBuilders.ts';

const ID = 'dxvif-bbbbbbbb';
const LAG = 'dxlag-aaaaaaaa';
const WITHIN_MS = 3_600_000;
const UP = { availableAt: '2026-11-10T11:05:00.000Z' };

function foundAs(vif: Partial<VirtualInterface> | null): Map<string, VirtualInterface | null> {
  return new Map([[ID, vif === null ? null : aLiveVif(vif)]]);
}

function problems(given: Partial<Acceptance>, vif: Partial<VirtualInterface> | null): FollowUp['problem'][] {
  const acceptances = { [ID]: anAcceptance(given) };
  return findFollowUps(acceptances, foundAs(vif), NOW, WITHIN_MS).map(({ problem }) => problem);
}

describe('an accepted interface on another connection', () => {
  it.each<[string, Partial<Acceptance>, Partial<VirtualInterface> | null, FollowUp['problem'][]]>([
    ['is reported', {}, { connection: LAG }, ['otherConnection']],
    ['is reported also after it was available', UP, { connection: LAG }, ['otherConnection']],
    ['is reported also while it is down', UP, { connection: LAG, state: 'down' }, ['otherConnection']],
    [
      'is reported in addition to other problems',
      {},
      { connection: LAG, state: 'down' },
      ['otherConnection', 'down'],
    ],
    ['is none where it is', UP, {}, []],
    ['is not known where the API names none', UP, { connection: null }, []],
    ['is not known where none is on record', { ...UP, connection: null }, { connection: LAG }, []],
    ['is not reported when the interface ended', UP, { connection: LAG, state: 'deleted' }, []],
    ['is none when it does not exist', UP, null, []],
  ])('%s', (_, given, vif, expected) => {
    expect(problems(given, vif)).toEqual(expected);
  });

  it('is not reported if the run knows nothing about it', () => {
    expect(findFollowUps({ [ID]: anAcceptance() }, new Map(), NOW, WITHIN_MS)).toEqual([]);
  });
});

const ALWAYS = {
  ...NO_RUN_FACTS,
  origin: ORIGIN,
  endpoints: { directConnect: null, gateways: null },
  startedAt: PUBLISHED_AT,
  at: PUBLISHED_AT,
};

/** Runs in order, each with the current connection and the owner of the policy. @returns the problems that each run publishes */
function publishedProblems(
  first: LedgerState,
  ...runs: [connection: string, owner: Partial<Owner>][]
): unknown[][] {
  let state = first;
  return runs.map(([connection, owner]) => {
    const found = foundAs({ connection });
    const followUps = findFollowUps(state.acceptances, found, NOW, WITHIN_MS);
    const owners = [anOwner({ connections: [CONNECTION.owner], ...owner })];
    const events = findNewEvents({ ...ALWAYS, owners, state, followUps });
    state = applyLedgerChanges(state, [...connectionChanges(state.acceptances, found, owners), ...events]);
    return events.flatMap((change) => (change.kind === 'queued' ? [change.event.detail.problem] : []));
  });
}

describe('a move is published', () => {
  const state = aLedger({ acceptances: { [ID]: anAcceptance(UP) } });
  const both = { connections: [CONNECTION.owner, LAG] };

  it('once, and again after the interface returned', () => {
    const runs = [LAG, LAG, CONNECTION.owner, LAG, LAG].map((at): [string, Partial<Owner>] => [at, {}]);
    expect(publishedProblems(state, ...runs)).toEqual([['otherConnection'], [], [], ['otherConnection'], []]);
  });

  it('again when the interface moves to a third connection', () => {
    expect(publishedProblems(state, [LAG, {}], [CONNECTION.other, {}])).toEqual([
      ['otherConnection'],
      ['otherConnection'],
    ]);
  });

  it('also between connections of its owner, after which it belongs there', () => {
    expect(publishedProblems(state, [LAG, both], [LAG, both], [CONNECTION.owner, both])).toEqual([
      ['otherConnection'],
      [],
      ['otherConnection'],
    ]);
  });

  it('no longer after the policy gives its owner that connection', () => {
    expect(publishedProblems(state, [LAG, {}], [LAG, both], [LAG, both])).toEqual([
      ['otherConnection'],
      [],
      [],
    ]);
  });

  it('for an acceptance of an earlier release, from the first observed connection', () => {
    const old = aLedger({ acceptances: { [ID]: anAcceptance({ ...UP, connection: null }) } });
    expect(publishedProblems(old, [CONNECTION.second, {}], [LAG, {}])).toEqual([[], ['otherConnection']]);
  });
});

describe('the connection where an accepted interface belongs', () => {
  it.each<[string, Partial<Acceptance>, Partial<VirtualInterface> | null, number]>([
    ['is learnt once', { connection: null }, {}, 1],
    ['is not written again', {}, {}, 0],
    ['is not learnt from a missing connection', { connection: null }, { connection: null }, 0],
    ['is not taken from an interface that ended', { connection: null }, { state: 'deleted' }, 0],
    ['is kept while it is elsewhere', {}, { connection: LAG }, 0],
    ['follows the owner to another connection of the policy', {}, { connection: CONNECTION.second }, 1],
    ['also when the owner was renamed', { owner: 'old' }, { connection: CONNECTION.second }, 1],
  ])('%s', (_, given, vif, writes) => {
    expect(connectionChanges({ [ID]: anAcceptance(given) }, foundAs(vif), [anOwner()])).toHaveLength(writes);
  });
});

it('an accepted interface does not belong on a connection of another owner', () => {
  const owners = [
    anOwner({ connections: [CONNECTION.owner] }),
    anOwner({ name: 'beta', connections: [LAG] }),
  ];
  expect(connectionChanges({ [ID]: anAcceptance() }, foundAs({ connection: LAG }), owners)).toEqual([]);
});

describe('on shared connections, an accepted interface belongs', () => {
  const [FROM, TO] = ['dxcon-shared1', 'dxcon-shared2'] as const;
  const sharing = (name: string) => anOwner({ name, connections: [], sharedConnections: [FROM, TO] });
  const follow = (given: Partial<Acceptance>) =>
    connectionChanges(
      { [ID]: anAcceptance({ connection: FROM, movedTo: TO, ...given }) },
      foundAs({ connection: TO }),
      [sharing('acme'), sharing('beta')],
    );

  it('to the owner that its record names, wherever this owner may make requests', () => {
    expect(follow({ owner: 'acme' })).toMatchObject([{ place: { connection: TO, movedTo: null } }]);
  });

  it('to no owner by its connections alone, so that the move stays reported', () => {
    expect(follow({ owner: 'renamed' })).toEqual([]);
  });
});
