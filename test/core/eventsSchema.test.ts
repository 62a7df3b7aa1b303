import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { type Actor, UNKNOWN_ACTORS } from '../../core/actor.ts';
import { END_CAUSES } from '../../core/endedRequest.ts';
import { addActor } from '../../core/events/actorOfEvent.ts';
import {
  type AcceptorEvent,
  EVENT_TYPES,
  type EventOrigin,
  toPublishedEvent,
} from '../../core/events/event.ts';
import { NO_RUN_FACTS, type RunFacts } from '../../core/events/eventDefinition.ts';
import { findNewEvents } from '../../core/events/findNewEvents.ts';
import { type AlertChange, createTargetAlertEvent } from '../../core/events/targetAlert.ts';
import { FOLLOW_UP_PROBLEMS, requestDetailsOf } from '../../core/ledgerEntries.ts';
import { ManualOverrideCommand } from '../../core/manualOverrideCommand.ts';
import { type Outcome, pickDescribedFields, type RequestReport } from '../../core/runReport.ts';
import { WATCHED_CODES } from '../../core/watchTargets.ts';
import { aVif, RECIPIENT_ACCOUNT, VGW } from '../support/builders.ts';
import {
  aLedger,
  anAcceptance,
  anEndedRequest,
  anObservation,
  aReceipt,
  aRouteFinding,
  aRouteWatch,
  storedReasons,
} from '../support/ledgerBuilders.ts';

const SCHEMA = JSON.parse(readFileSync(new URL('../../docs/events.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strictTypes: false, allErrors: true }).compile(SCHEMA);
const ID = 'dxvif-aaaaaaaa';
const ACTOR: Actor = {
  ...{ operation: 'DeleteVirtualInterface', at: '2026-11-10T11:00:00.000Z', identity: null, account: null },
  ...{ source: null, agent: 'aws-cli', gateway: null },
};
const TRANSIT = expect.stringContaining('`transit`');

function aRequest(type: string, outcome: Outcome, earliest: string | null): RequestReport {
  const hold = { verdict: 'hold', reasons: [{ code: 'no-grant', message: 'none fits' }] } as const;
  const accept = { verdict: 'accept', owner: 'acme', grant: 'default', gateway: VGW.prod } as const;
  return {
    id: ID,
    connection: null,
    vlan: null,
    name: 'acme',
    ...pickDescribedFields(aVif({ type })),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: { earliest, latest: '2026-11-17T10:00:05.000Z' },
    decision: outcome === 'held' ? hold : accept,
    outcome,
    message: outcome === 'held' ? null : 'why',
    skipped: [],
    manualOverrideCommand: new ManualOverrideCommand(['aws', 'directconnect', '…'], null),
    withoutFreeze: null,
  };
}

const ORIGIN: EventOrigin = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: RECIPIENT_ACCOUNT,
  policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
};

/** Every event of the watcher. */
const ALERT_EVENTS = WATCHED_CODES.flatMap((code) =>
  (['raised', 'policy-refused', 'resolved', 'removed'] as const).map((how) => {
    const status: AlertChange['status'] =
      how === 'raised' || how === 'policy-refused' ? 'raised' : 'resolved';
    const cause = how === 'raised' || how === 'resolved' ? null : how;
    const change = {
      ...{ code, status, since: '2026-11-17T04:00:00.000Z', lastRun: null },
      ...{ failureCodes: ['api'], cause },
    } as const;
    return createTargetAlertEvent(ORIGIN, '2026-11-17T04:00:05.000Z', change, 'ledger');
  }),
);

/** Every event of these facts. */
function findEvents(given: Partial<RunFacts>): AcceptorEvent[] {
  const facts: RunFacts = {
    ...NO_RUN_FACTS,
    origin: ORIGIN,
    endpoints: { directConnect: null, gateways: null },
    startedAt: '2026-11-17T04:00:00.000Z',
    at: '2026-11-17T04:00:05.000Z',
    state: aLedger({
      observations: { [ID]: anObservation() },
      acceptances: { 'dxvif-1': anAcceptance({ routes: aRouteWatch() }) },
    }),
    ...given,
  };
  return findNewEvents(facts).flatMap((change) => (change.kind === 'queued' ? [change.event] : []));
}

/** Every event about interfaces of this type. */
const eventsOf = (type: string): AcceptorEvent[] => [
  ...(['held', 'failed', 'notAttempted'] as const).flatMap((outcome) =>
    [null, '2026-11-17T09:00:00.000Z'].flatMap((earliest) =>
      findEvents({ requests: [aRequest(type, outcome, earliest)] }),
    ),
  ),
  ...findEvents({
    receipts: [{}, { id: 'dxvif-2', tickets: { default: 'NET-1' } }].map((given) =>
      aReceipt({ request: aVif({ type }), ...given }),
    ),
  }),
  ...findEvents({
    unlisted: [
      {
        ...{ id: ID, connection: null, vlan: 101, name: 'acme', type, held: storedReasons('no-grant') },
        firstSeen: '2026-11-10T10:00:05.000Z',
        deadline: { earliest: null, latest: '2026-11-17T10:00:05.000Z' },
      },
    ],
  }),
  ...findEvents({
    ended: END_CAUSES.map((as) =>
      anEndedRequest({ as, request: requestDetailsOf(aVif({ type })), held: storedReasons('no-grant') }),
    ),
  }),
  ...findEvents({
    ended: [
      anEndedRequest({
        ...{ firstSeen: null, pendingSeconds: null },
        request: requestDetailsOf(aVif({ type })),
      }),
    ],
  }),
  ...findEvents({
    followUps: FOLLOW_UP_PROBLEMS.map((problem) => ({
      id: 'dxvif-1',
      owner: 'acme',
      gateway: VGW.prod,
      acceptedAt: '2026-11-10T11:00:00.000Z',
      problem,
      connection: 'dxcon-22222222',
      message: 'check it',
      fix: problem === 'unrouted' ? 'aws ec2 …' : null,
    })),
  }),
  ...findEvents({
    unexpectedRoutes: [
      {
        ...{ id: 'dxvif-1', owner: 'acme', gateway: VGW.prod, connection: null, prefixes: 200 },
        acceptedAt: '2026-11-10T11:00:00.000Z',
        readAt: '2026-11-10T12:00:00.000Z',
        findings: [
          ...Array.from({ length: 30 }, () => aRouteFinding('0.0.0.0/0')),
          {
            ...aRouteFinding('10.0.0.0/8'),
            code: 'overlaps-vpc',
            overlaps: { id: 'vpc-1', owner: null, cidr: '10.0.0.0/16' },
          },
        ],
        findingCount: 60,
      },
    ],
  }),
  ...findEvents({
    unexpectedRoutes: [
      {
        ...{ id: 'dxvif-1', owner: 'acme', gateway: VGW.prod, connection: 'dxcon-1', prefixes: 200 },
        acceptedAt: '2026-11-10T11:00:00.000Z',
        readAt: '2026-11-10T12:00:00.000Z',
        findings: [
          {
            ...{ code: 'overlaps-owner', prefix: '10.0.0.0/8', counts: null, message: 'overlaps' },
            overlaps: { id: 'dxvif-2', owner: 'globex', cidr: '10.0.0.0/16' },
          },
          {
            ...{ code: 'too-many-prefixes', prefix: null, overlaps: null, message: 'too many' },
            counts: { advertised: 200, agreed: 100 },
          },
        ],
        findingCount: 2,
      },
    ],
  }),
  ...findEvents({
    failures: Array.from({ length: 30 }, (_, i) => ({ code: 'api', message: `failure ${i}` })),
  }),
];

const EVERYTHING = [...eventsOf('private'), ...eventsOf('transit'), ...ALERT_EVENTS];

/** The types of interfaces that events show in `request`. */
const typesShown = (events: readonly AcceptorEvent[]): unknown[] =>
  events.map(({ type, detail }) => [type, Object(detail.request).type]);

describe('the JSON schema of events', () => {
  it('has the type of a transit interface wherever it has that of a private one', () => {
    const asTransit = (shown: unknown): unknown => (shown === 'private' ? 'transit' : shown);
    const expected = typesShown(eventsOf('private')).map((pair) => [pair].flat().map(asTransit));
    expect(typesShown(eventsOf('transit'))).toEqual(expected);
    for (const type of ['Request Accepted', 'Request Held', 'Deadline Near'] as const)
      expect(typesShown(eventsOf('transit'))).toContainEqual([type, 'transit']);
  });

  it('every event about one transit request says so in its message, and none about a private one', () => {
    const about = (type: string): AcceptorEvent[] =>
      eventsOf(type).filter(({ detail }) => detail.request !== undefined);
    for (const { type, detail } of about('transit')) expect([type, detail.message]).toEqual([type, TRANSIT]);
    for (const { type, detail } of about('private'))
      expect([type, detail.message]).not.toEqual([type, TRANSIT]);
  });

  it('has exactly the known types', () => {
    expect(SCHEMA.properties['detail-type'].enum).toEqual(EVENT_TYPES);
    expect(new Set(EVERYTHING.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
  });

  it.each(EVERYTHING.map((event) => [event.type, event] as const))('describes the event: %s', (_, event) => {
    validate(toPublishedEvent(event));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([{ status: 'found', actor: ACTOR } as const, ...UNKNOWN_ACTORS.map((status) => ({ status }))])(
    'describes the actor of each event about a manual change, when looking was: $status',
    (result) => {
      const manual = EVERYTHING.filter(
        ({ detail }) => detail.as === 'acceptedByOthers' || detail.problem === 'gone',
      );
      expect(new Set(manual.map(({ type }) => type)).size).toBe(2);
      for (const event of manual) {
        validate(toPublishedEvent(addActor(event, 'accept', result)));
        expect(validate.errors ?? []).toEqual([]);
      }
    },
  );

  it.each(EVERYTHING.map((event) => [event.type, event] as const))(
    'allows no other key in %s, and requires every key',
    (_, found) => {
      const event = toPublishedEvent(found);
      expect(validate({ ...event, detail: { ...event.detail, more: 1 } })).toBe(false);
      // Events that release 0.1.0 queued have no format.
      for (const key of Object.keys(event.detail).filter((name) => name !== 'format')) {
        const { [key]: _gone, ...rest } = event.detail;
        expect([key, validate({ ...event, detail: rest })]).toEqual([key, false]);
      }
    },
  );
});
