import { describe, expect, it } from 'vitest';
import {
  createEvent,
  EVENT_TYPES,
  type EventOrigin,
  type EventType,
  RUN_EVENT_TYPES,
} from '../../core/events/event.ts';
import type { RunFacts } from '../../core/events/eventDefinition.ts';
import { EVENT_DEFINITIONS } from '../../core/events/findNewEvents.ts';
import { type AlertChange, createTargetAlertEvent } from '../../core/events/targetAlert.ts';
import type { FollowUp } from '../../core/followUp.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { VGW } from '../support/builders.ts';
import {
  aHold,
  anUnexpectedRoutes,
  aRequest,
  ORIGIN,
  PUBLISHED_AT,
  publish,
  publishInTurn,
} from '../support/eventFixtures.ts';
import {
  aLedger,
  anAcceptance,
  anEndedRequest,
  anObservation,
  aReceipt,
  aRouteFinding,
  aRouteWatch,
} from '../support/ledgerBuilders.ts';

const [ID, LIVE] = ['dxvif-aaaaaaaa', 'dxvif-bbbbbbbb'];
const watched = anAcceptance({ routes: aRouteWatch() });
const state = aLedger({
  observations: { [ID]: anObservation() },
  acceptances: { [LIVE]: watched, 'dxvif-33333333': watched },
});

function aFollowUp(given: Partial<FollowUp> = {}): FollowUp {
  const acceptedAt = '2026-11-10T11:00:00.000Z';
  const what = { problem: 'down' as const, message: '…', fix: null, connection: null };
  return { id: LIVE, owner: 'acme', gateway: VGW.prod, acceptedAt, ...what, ...given };
}

const soon = '2026-11-17T04:00:00.000Z';
const held = aRequest();
const late = aRequest({ outcome: 'notAttempted' });

/** For each type: one occurrence, and occurrences about other objects. */
type RunEventType = (typeof RUN_EVENT_TYPES)[number];

const EXAMPLES: Readonly<Record<RunEventType, readonly [Partial<RunFacts>, ...Partial<RunFacts>[]]>> = {
  'Request Accepted': [
    { receipts: [aReceipt()] },
    { receipts: [aReceipt({ id: LIVE })] },
    { receipts: [aReceipt({ at: '2026-11-10T11:00:00.001Z' })] },
  ],
  'Request Held': [{ requests: [held] }, { requests: [{ ...held, firstSeen: soon }] }],
  'Deadline Near': [
    { requests: [late], at: soon },
    { requests: [late], at: '2026-11-16T10:00:00.000Z' },
    { requests: [{ ...late, firstSeen: soon }], at: soon },
  ],
  'Request Ended': [
    { ended: [anEndedRequest({ as: 'rejected' })] },
    { ended: [anEndedRequest({ as: 'rejected', id: ID })] },
    { ended: [anEndedRequest({ as: 'rejected', firstSeen: soon })] },
  ],
  'Request Expired': [
    { ended: [anEndedRequest()] },
    { ended: [anEndedRequest({ id: ID })] },
    { ended: [anEndedRequest({ firstSeen: null, pendingSeconds: null })] },
  ],
  'Accepted Interface Not Available': [
    { followUps: [aFollowUp()] },
    { followUps: [aFollowUp({ problem: 'gone' })] },
    { followUps: [aFollowUp({ acceptedAt: soon })] },
    { followUps: [aFollowUp({ id: ID })] },
  ],
  'Unexpected Routes': [
    { unexpectedRoutes: [anUnexpectedRoutes({ id: LIVE })] },
    { unexpectedRoutes: [anUnexpectedRoutes({ id: 'dxvif-33333333' })] },
    { unexpectedRoutes: [anUnexpectedRoutes({ id: LIVE, acceptedAt: soon })] },
    { unexpectedRoutes: [anUnexpectedRoutes({ id: LIVE, findings: [aRouteFinding('10.0.0.0/8')] })] },
  ],
  'Run Failed': [
    { failures: [{ code: 'api', message: '…' }] },
    { failures: [{ code: 'ledger', message: '…' }] },
    { failures: [{ code: 'api', message: '…' }], startedAt: soon },
  ],
};

const first = (type: RunEventType): Partial<RunFacts> => EXAMPLES[type][0];

describe.each(RUN_EVENT_TYPES)('%s', (type) => {
  it('is found and published under its name', () => {
    expect(publish(state, first(type)).type).toBe(type);
  });

  it('has the same ID regardless of time and policy', () => {
    const { id, at, detail } = publish(state, first(type));
    const minuteLater = new Date(Date.parse(at) + 60_000).toISOString();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(detail.id).toBe(id);
    expect(publish(state, { ...first(type), at: minuteLater, origin: OTHER_POLICY }).id).toBe(id);
  });

  it('has another ID for another object or another recipient', () => {
    const things = EXAMPLES[type].map((facts) => publish(state, facts).id);
    const targets = OTHERS.map((origin) => publish(state, { ...first(type), origin }).id);
    const ids = [...things, ...targets];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names its target and the time at which the run found it', () => {
    const { at, detail } = publish(state, first(type));
    expect(at).toBe(first(type).at ?? PUBLISHED_AT);
    expect(detail).toMatchObject({ ...ORIGIN, at, message: expect.stringMatching(/^\S.*\S$/) });
  });
});

const OTHER_POLICY: EventOrigin = {
  ...ORIGIN,
  target: 'renamed',
  policy: { digest: 'sha256:1', revision: 'v2' },
};
const OTHERS: readonly EventOrigin[] = [
  { ...ORIGIN, provider: 'aws' },
  { ...ORIGIN, region: 'us-east-2' },
  { ...ORIGIN, account: '999999999999' },
];

describe('a published event', () => {
  const marked = [
    'Request Held',
    'Deadline Near',
    'Accepted Interface Not Available',
    'Unexpected Routes',
    'Run Failed',
  ] as const;
  it.each(marked)('is not published again by the next run: %s', (type) => {
    const [once, again] = publishInTurn(state, first(type), first(type));
    expect([once?.length, again]).toEqual([1, []]);
  });

  it.each(['Request Accepted', 'Request Ended', 'Request Expired'] as const)(
    'has the same ID when a run after a crash finds it again: %s',
    (type) => {
      const found = publishInTurn(state, first(type), first(type)).flat();
      expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    },
  );

  it('is not made for a request that the ledger does not have, because it would be published in every run', () => {
    const requests = [aRequest({ decision: aHold('unreadable'), firstSeen: null })];
    expect(publishInTurn(aLedger(), { requests, at: soon })).toEqual([[]]);
  });

  it('has exactly one definition for each type', () => {
    expect(EVENT_DEFINITIONS.flatMap(({ types }) => types).sort()).toEqual([...RUN_EVENT_TYPES].sort());
  });
});

it('the end of a request has one ID, even if a later run finds another cause', () => {
  const expired = publish(state, { ended: [anEndedRequest({ as: 'expired' })] });
  const vanished = publish(state, { ended: [anEndedRequest({ as: 'vanished' })] });
  expect([vanished.type, expired.type]).toEqual(['Request Ended', 'Request Expired']);
  expect(expired.id).toBe(vanished.id);
});

it('events of different types never share an ID', () => {
  const idOf = (type: EventType) =>
    createEvent(type, ORIGIN, soon, ['dxvif-1'], {
      message: '-',
      notification: { who: '-', why: '-', byWhen: '-', toDo: '-' },
    }).id;
  const types = EVENT_TYPES.filter((type) => type !== 'Request Expired');
  expect(new Set(types.map(idOf)).size).toBe(types.length);
});

it('the end of a long failure message is kept, because an API states the cause there', () => {
  const why = 'with an explicit deny in a service control policy';
  const message = `confirm failed: ${'x'.repeat(3000)} ${why} (HTTP 400); have the explicit deny removed`;
  const { detail } = publish(aLedger(), { failures: [{ code: 'confirm-failed', message }] });
  const expected = expect.stringContaining(why);
  expect(detail).toMatchObject({
    message: expected,
    failures: [{ message: expected }],
    notification: { why: expected },
  });
  expect(JSON.stringify(detail).length).toBeLessThan(4500);
});

it('a run without findings publishes no event', () => {
  const quiet: LedgerState = aLedger({ failing: { since: soon, codes: ['api'] } });
  expect(publishInTurn(quiet, {}, { ended: [anEndedRequest({ as: 'accepted' })] })).toEqual([[], []]);
});

describe('Target Alert', () => {
  const raised: AlertChange = {
    code: 'run-failing',
    status: 'raised',
    since: soon,
    lastRun: soon,
    failureCodes: ['api'],
    cause: null,
  };
  const eventOf = (given: Partial<AlertChange> = {}, at = PUBLISHED_AT) =>
    createTargetAlertEvent(ORIGIN, at, { ...raised, ...given }, 'ledger');

  it('has the same ID when the watcher finds the same change again', () => {
    expect(eventOf({}, soon).id).toBe(eventOf({ failureCodes: [] }).id);
  });

  it('has another ID for another alert, its end, and the next time that it is raised', () => {
    const events = [
      eventOf(),
      eventOf({ code: 'confirm-failing' }),
      eventOf({ status: 'resolved' }),
      eventOf({ lastRun: PUBLISHED_AT }),
      eventOf({ since: PUBLISHED_AT }),
    ];
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it('names the target, the alert, since when, and the causes of failing runs', () => {
    const { detail } = eventOf();
    expect(detail).toMatchObject({ ...ORIGIN, alert: 'run-failing', status: 'raised', since: soon });
    expect(detail.failureCodes).toEqual(['api']);
    expect(detail.message).toContain(`\`acme\``);
    expect(detail.notification).toMatchObject({
      toDo: expect.stringContaining('--policy policy/acme.yaml --ledger dynamodb:ledger'),
    });
  });
});
