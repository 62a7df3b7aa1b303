import { describe, expect, it } from 'vitest';
import { createEvent, EVENT_TYPES, type EventOrigin, type EventType } from '../../core/events/event.ts';
import type { RunFacts } from '../../core/events/eventDefinition.ts';
import { EVENT_DEFINITIONS } from '../../core/events/findNewEvents.ts';
import type { FollowUp } from '../../core/followUp.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { VGW } from '../support/builders.ts';
import { aHold, aRequest, ORIGIN, PUBLISHED_AT, publish, publishInTurn } from '../support/eventFixtures.ts';
import { aLedger, anAcceptance, anEndedRequest, anObservation, aReceipt } from '../support/ledgerBuilders.ts';

const [ID, LIVE] = ['dxvif-aaaaaaaa', 'dxvif-bbbbbbbb'];
const state = aLedger({ observations: { [ID]: anObservation() }, acceptances: { [LIVE]: anAcceptance() } });

function aFollowUp(given: Partial<FollowUp> = {}): FollowUp {
  const acceptedAt = '2026-11-10T11:00:00.000Z';
  const what = { problem: 'down' as const, message: '…', fix: null, connection: null };
  return { id: LIVE, owner: 'acme', gateway: VGW.prod, acceptedAt, ...what, ...given };
}

const soon = '2026-11-17T04:00:00.000Z';
const held = aRequest();
const late = aRequest({ outcome: 'notAttempted' });

/** One of each, and the same thing of something else. */
const EXAMPLES: Readonly<Record<EventType, readonly [Partial<RunFacts>, ...Partial<RunFacts>[]]>> = {
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
  'Pass Failed': [
    { failures: [{ code: 'api', message: '…' }] },
    { failures: [{ code: 'ledger', message: '…' }] },
    { failures: [{ code: 'api', message: '…' }], startedAt: soon },
  ],
};

const first = (type: EventType): Partial<RunFacts> => EXAMPLES[type][0];

describe.each(EVENT_TYPES)('%s', (type) => {
  it('is told of what happened, under its name', () => {
    expect(publish(state, first(type)).type).toBe(type);
  });

  it('has the same ID however often, when and by which policy it is told', () => {
    const { id, at, detail } = publish(state, first(type));
    const minuteLater = new Date(Date.parse(at) + 60_000).toISOString();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(detail.id).toBe(id);
    expect(publish(state, { ...first(type), at: minuteLater, origin: OTHER_POLICY }).id).toBe(id);
  });

  it('of another thing, or of another recipient, has another ID', () => {
    const things = EXAMPLES[type].map((facts) => publish(state, facts).id);
    const targets = OTHERS.map((origin) => publish(state, { ...first(type), origin }).id);
    const ids = [...things, ...targets];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of which target it is, and when it was found out', () => {
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

describe('what was told', () => {
  const marked = [
    'Request Held',
    'Deadline Near',
    'Accepted Interface Not Available',
    'Pass Failed',
  ] as const;
  it.each(marked)('is not told again by the next pass: %s', (type) => {
    const [once, again] = publishInTurn(state, first(type), first(type));
    expect([once?.length, again]).toEqual([1, []]);
  });

  it.each(['Request Accepted', 'Request Ended', 'Request Expired'] as const)(
    'and found out again by a pass that follows a crash, is the same news: %s',
    (type) => {
      const news = publishInTurn(state, first(type), first(type)).flat();
      expect(new Set(news.map(({ id }) => id)).size).toBe(1);
    },
  );

  it('is no news of what the ledger does not remember: it could be told in every pass', () => {
    const requests = [aRequest({ decision: aHold('unreadable'), firstSeen: null })];
    expect(publishInTurn(aLedger(), { requests, at: soon })).toEqual([[]]);
  });

  it('is of every type that there is, each told by one kind', () => {
    expect(EVENT_DEFINITIONS.flatMap(({ types }) => types).sort()).toEqual([...EVENT_TYPES].sort());
  });
});

it('an end has one ID, whatever it is taken for when it is found out again', () => {
  const expired = publish(state, { ended: [anEndedRequest({ as: 'expired' })] });
  const vanished = publish(state, { ended: [anEndedRequest({ as: 'vanished' })] });
  expect([vanished.type, expired.type]).toEqual(['Request Ended', 'Request Expired']);
  expect(expired.id).toBe(vanished.id);
});

it('things of different types never share an ID', () => {
  const idOf = (type: EventType) =>
    createEvent(type, ORIGIN, soon, ['dxvif-1'], {
      message: '-',
      forPeople: { who: '-', why: '-', byWhen: '-', toDo: '-' },
    }).id;
  const types = [
    'Request Accepted',
    'Request Held',
    'Deadline Near',
    'Request Ended',
    'Pass Failed',
  ] as const;
  expect(new Set(types.map(idOf)).size).toBe(types.length);
});

it('the end of a long failure is told, where an API says why it refused', () => {
  const why = 'with an explicit deny in a service control policy';
  const message = `confirm failed: ${'x'.repeat(3000)} ${why} (HTTP 400); have the explicit deny removed`;
  const { detail } = publish(aLedger(), { failures: [{ code: 'confirm-failed', message }] });
  const told = expect.stringContaining(why);
  expect(detail).toMatchObject({ message: told, failures: [{ message: told }], forPeople: { why: told } });
  expect(JSON.stringify(detail).length).toBeLessThan(4500);
});

it('a pass that finds nothing out tells nothing', () => {
  const quiet: LedgerState = aLedger({ failing: { since: soon, codes: ['api'] } });
  expect(publishInTurn(quiet, {}, { ended: [anEndedRequest({ as: 'accepted' })] })).toEqual([[], []]);
});
