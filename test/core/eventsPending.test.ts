import { describe, expect, it } from 'vitest';
import type { Deadline } from '../../core/deadline.ts';
import type { RunFacts } from '../../core/events/eventDefinition.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import { OUTCOMES, type RequestReport } from '../../core/runReport.ts';
import { AN_ACCEPT, aHold, aRequest, publish, publishInTurn } from '../support/eventFixtures.ts';
import { aLedger, anObservation } from '../support/ledgerBuilders.ts';

const ID = 'dxvif-aaaaaaaa';
const state = aLedger({ observations: { [ID]: anObservation() } });
const NO_END: Deadline = { earliest: null, latest: null };

function runsThatList(...requests: readonly RequestReport[]): Partial<RunFacts>[] {
  return requests.map((request) => ({ requests: [request] }));
}

describe('a hold is published', () => {
  const heldFor = (...each: readonly (readonly ReasonCode[])[]): Partial<RunFacts>[] =>
    runsThatList(...each.map((codes) => aRequest({ decision: aHold(...codes), deadline: NO_END })));

  it.each<[string, (readonly ReasonCode[])[], boolean[]]>([
    ['once, as long as its codes stay the same', [['frozen'], ['frozen'], ['frozen']], [true, false, false]],
    ['again with one code more', [['frozen'], ['frozen', 'no-grant']], [true, true]],
    ['again with one code less', [['frozen', 'no-grant'], ['no-grant']], [true, true]],
    ['again with other codes, back and forth', [['frozen'], ['no-grant'], ['frozen']], [true, true, true]],
    [
      'not again in another order',
      [
        ['frozen', 'no-grant'],
        ['no-grant', 'frozen'],
      ],
      [true, false],
    ],
    ['not again with a code twice', [['no-grant'], ['no-grant', 'no-grant']], [true, false]],
  ])('%s', (_, runs, expected) => {
    const events = publishInTurn(state, ...heldFor(...runs));
    expect(events.map(({ length }) => length === 1)).toEqual(expected);
    const ids = events.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is not published again when only a message changes', () => {
    const decision = { verdict: 'hold', reasons: [{ code: 'no-grant', message: 'other words' }] } as const;
    const events = publishInTurn(state, ...runsThatList(aRequest(), aRequest({ decision })));
    expect(events.map(({ length }) => length)).toEqual([1, 0]);
  });

  it('is not published again after a failed attempt, if the codes are the same', () => {
    const tried = aRequest({ decision: AN_ACCEPT, outcome: 'failed' });
    const events = publishInTurn(state, ...runsThatList(aRequest(), tried, aRequest()));
    expect(events.map(({ length }) => length)).toEqual([1, 0, 0]);
  });

  it('has every reason, the manual override command, and a message in which the name is safe to print', () => {
    const request = aRequest({ decision: aHold('frozen', 'no-grant'), name: 'a\u001b[2J' });
    expect(publish(state, { requests: [request] }).detail).toMatchObject({
      message:
        '`dxvif-aaaaaaaa` on `dxcon-11111111` (vlan 101, name `a＼u{1b}[2J`) is held: frozen: because of frozen and no-grant: because of no-grant',
      request: { id: ID, connection: 'dxcon-11111111', vlan: 101, firstSeen: '2026-11-10T10:00:05.000Z' },
      reasons: [
        { code: 'frozen', message: 'because of frozen' },
        { code: 'no-grant', message: 'because of no-grant' },
      ],
      manualOverrideCommand: 'aws directconnect …',
    });
  });
});

describe('the fields that the API returns for a request', () => {
  const carried = (request: RequestReport) => {
    const { detail } = publish(state, { requests: [request] });
    return Object(detail.request);
  };

  it('are in its event', () => {
    const request = aRequest({ location: null, tags: { team: 'net' } });
    const { peers } = request;
    expect(carried(request)).toMatchObject({ type: 'private', location: null, tags: { team: 'net' }, peers });
  });

  it('are left out as a whole if they are too long for an event, so that a part is never read as all', () => {
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`key-${i}`, 'x'.repeat(400)]));
    expect(Object.keys(carried(aRequest({ tags })))).toEqual([
      ...['id', 'connection', 'vlan', 'name', 'firstSeen', 'deadline'],
    ]);
  });
});

describe('the warning about a deadline', () => {
  const waiting = aRequest({ decision: AN_ACCEPT, outcome: 'notAttempted', message: 'time ran out' });
  const unknown = { ...waiting, deadline: { earliest: null, latest: '2026-11-17T10:00:05.000Z' } };
  /** A run this many hours before the earliest expiry, or before the latest one if the earliest is unknown. */
  const before = (hours: number, request = waiting): Partial<RunFacts> => {
    const end = request.deadline.earliest ?? request.deadline.latest ?? '';
    return { requests: [request], at: new Date(Date.parse(end) - hours * 3_600_000).toISOString() };
  };
  const publishedHours = (from: LedgerState, ...runs: readonly Partial<RunFacts>[]) =>
    publishInTurn(from, ...runs).map((events) => events.map(({ detail }) => detail.hours));

  it.each<[number, number | undefined]>([
    [168, undefined],
    [72.001, undefined],
    [72, 72],
    [24.001, 72],
    [24, 24],
    [6.001, 24],
    [6, 6],
    [0, 6],
    [-5, 6],
  ])(
    '%s hours before the earliest expiry, the closest of the thresholds 72, 24 and 6 is reported: %s',
    (hours, mark) => {
      expect(publishedHours(state, before(hours))).toEqual([mark === undefined ? [] : [mark]]);
    },
  );

  it('is published once for each threshold', () => {
    const runs = [80, 71, 70, 23, 20, 5, 1, -1].map((hours) => before(hours));
    expect(publishedHours(state, ...runs)).toEqual([[], [72], [], [24], [], [6], [], []]);
  });

  it('reports only the closest of several thresholds that were crossed between runs', () => {
    expect(publishedHours(state, before(80), before(5), before(4))).toEqual([[], [6], []]);
  });

  it('is published immediately if the earliest expiry is unknown, and then measured to the latest expiry', () => {
    const runs = [160, 150, 71, 5].map((hours) => before(hours, unknown));
    expect(publishedHours(state, ...runs)).toEqual([[null], [], [72], [6]]);
    expect(publishedHours(state, before(5, unknown))).toEqual([[null, 6]]);
  });

  it('is published when the earliest expiry becomes unknown, even after other thresholds', () => {
    expect(publishedHours(state, before(5), before(5, unknown))).toEqual([[6], [null]]);
  });

  it('is never published if requests never expire', () => {
    expect(publishedHours(state, { requests: [{ ...waiting, deadline: NO_END }] })).toEqual([[]]);
  });

  it.each(OUTCOMES)('is published only for a pending request: %s', (outcome) => {
    const isPending = ['held', 'failed', 'notAttempted'].includes(outcome);
    const runs = [before(5, { ...waiting, outcome }), before(5, { ...unknown, outcome })];
    expect(publishedHours(state, ...runs).flat()).toEqual(isPending ? [6, null] : []);
  });

  it.each<[string, Partial<RunFacts>, string]>([
    ['known', before(5), 'may expire within 6 hours, at the earliest 2026-11-17T09:00:00.000Z'],
    ['unknown', before(160, unknown), 'may expire at any time, at the latest 2026-11-17T10:00:05.000Z'],
  ])(
    'has the deadline, the reason and the manual override command: earliest expiry %s',
    (_, facts, words) => {
      expect(publish(state, facts).detail).toMatchObject({
        message: `\`${ID}\` on \`dxcon-11111111\` (vlan 101, name \`acme-prod-1\`) ${words}, and is still pending (notAttempted)`,
        request: { id: ID, deadline: facts.requests?.[0]?.deadline },
        outcome: 'notAttempted',
        reasons: [],
        problem: 'time ran out',
        manualOverrideCommand: 'aws directconnect …',
      });
    },
  );

  it('has the reasons of a held request', () => {
    const [near] = publishInTurn(state, before(5, aRequest({ decision: aHold('frozen') }))).flat();
    const reasons = [{ code: 'frozen', message: 'because of frozen' }];
    expect(near).toMatchObject({ type: 'Deadline Near', detail: { reasons, outcome: 'held' } });
  });
});
