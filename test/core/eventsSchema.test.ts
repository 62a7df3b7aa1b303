import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../adapters/events/publishedEvent.ts';
import { ENDED_AS } from '../../core/endedRequest.ts';
import { ANNOUNCEMENT_TYPES, type Announcement } from '../../core/events/event.ts';
import { type Facts, NO_FACTS } from '../../core/events/eventDefinition.ts';
import { newsOf } from '../../core/events/findNewEvents.ts';
import { FOLLOW_UP_PROBLEMS } from '../../core/ledgerEntries.ts';
import { describedOf, type Outcome, type RequestReport } from '../../core/runReport.ts';
import { aVif, US, VGW } from '../support/builders.ts';
import { aLedger, anAcceptance, anEnd, aReceipt, aSighting, heldFor } from '../support/ledgerBuilders.ts';

const SCHEMA = JSON.parse(readFileSync(new URL('../../docs/events.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strictTypes: false, allErrors: true }).compile(SCHEMA);
const ID = 'dxvif-aaaaaaaa';

function aRequest(outcome: Outcome, earliest: string | null = null): RequestReport {
  const hold = { verdict: 'hold', reasons: [{ code: 'no-grant', message: 'none fits' }] } as const;
  const accept = { verdict: 'accept', owner: 'acme', grant: 'default', gateway: VGW.prod } as const;
  return {
    id: ID,
    connection: null,
    vlan: null,
    name: 'acme',
    ...describedOf(aVif()),
    firstSeen: '2026-11-10T10:00:05.000Z',
    deadline: { earliest, latest: '2026-11-17T10:00:05.000Z' },
    decision: outcome === 'held' ? hold : accept,
    outcome,
    message: outcome === 'held' ? null : 'why',
    skipped: [],
    acceptByHand: 'aws directconnect …',
  };
}

/** Everything that can be told at once. */
function told(given: Partial<Facts>): Announcement[] {
  const facts: Facts = {
    ...NO_FACTS,
    origin: {
      target: 'acme',
      provider: 'outscale',
      region: 'eu-west-2',
      account: US,
      policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
    },
    endpoints: { directConnect: null, gateways: null },
    startedAt: '2026-11-17T04:00:00.000Z',
    at: '2026-11-17T04:00:05.000Z',
    state: aLedger({ sightings: { [ID]: aSighting() }, acceptances: { 'dxvif-1': anAcceptance() } }),
    ...given,
  };
  return newsOf(facts).flatMap((change) => (change.kind === 'queued' ? [change.announcement] : []));
}

const EVERYTHING: Announcement[] = [
  ...(['held', 'failed', 'notAttempted'] as const).flatMap((outcome) =>
    [null, '2026-11-17T09:00:00.000Z'].flatMap((earliest) =>
      told({ requests: [aRequest(outcome, earliest)] }),
    ),
  ),
  ...told({ receipts: [aReceipt(), aReceipt({ id: 'dxvif-2', tickets: { default: 'NET-1' } })] }),
  ...told({ ended: ENDED_AS.map((as) => anEnd({ as, held: heldFor('no-grant') })) }),
  ...told({ ended: [anEnd({ firstSeen: null, pendingSeconds: null })] }),
  ...told({
    followUps: FOLLOW_UP_PROBLEMS.map((problem) => ({
      id: 'dxvif-1',
      owner: 'acme',
      gateway: VGW.prod,
      acceptedAt: '2026-11-10T11:00:00.000Z',
      problem,
      connection: 'dxcon-22222222',
      message: 'look at it',
      mend: problem === 'unrouted' ? 'aws ec2 …' : null,
    })),
  }),
  ...told({ failures: Array.from({ length: 30 }, (_, i) => ({ code: 'api', message: `failure ${i}` })) }),
];

describe('the JSON schema of events', () => {
  it('knows every type, and no other', () => {
    expect(SCHEMA.properties['detail-type'].enum).toEqual(ANNOUNCEMENT_TYPES);
    expect(new Set(EVERYTHING.map(({ type }) => type))).toEqual(new Set(ANNOUNCEMENT_TYPES));
  });

  it.each(EVERYTHING.map((announcement) => [announcement.type, announcement] as const))(
    'describes what is told: %s',
    (_, announcement) => {
      validate(eventOf(announcement));
      expect(validate.errors ?? []).toEqual([]);
    },
  );

  it.each(EVERYTHING.map((announcement) => [announcement.type, announcement] as const))(
    'has no place for anything else in %s, and needs all that is there',
    (_, announcement) => {
      const event = eventOf(announcement);
      expect(validate({ ...event, detail: { ...event.detail, more: 1 } })).toBe(false);
      // What release 0.1.0 queued has no format.
      for (const key of Object.keys(event.detail).filter((name) => name !== 'format')) {
        const { [key]: _gone, ...rest } = event.detail;
        expect([key, validate({ ...event, detail: rest })]).toEqual([key, false]);
      }
    },
  );
});
