import { describe, expect, it } from 'vitest';
import { FORMAT_1, type ItemKind, type Keys } from '../../adapters/ledgers/formats/format1.ts';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import { toStored } from '../../adapters/ledgers/storedForm.ts';
import { EVENT_TYPES } from '../../core/events/event.ts';
import { REASON_CODES } from '../../core/reasons.ts';
import { aPeer, aVif } from '../support/builders.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
  storedReasons,
} from '../support/ledgerBuilders.ts';

/**
 * What is stored has the same names in every release. Where one of these tests fails after a key or a word was renamed in the
 * code, the new name needs a line in `storedNames.ts`.
 */

const HELD = storedReasons('no-grant');
const EVENT = {
  ...{ id: 'event-1', type: 'Run Failed', at: '2026-11-10T12:00:00.000Z', triedInVain: 2, refusals: 1 },
  detail: {
    request: { id: 'dxvif-1', readErrors: [] },
    reasons: [{ code: 'run-limit', message: 'none left' }],
    failures: [{ code: 'event-delivery', message: 'not delivered' }],
    manualOverrideCommand: null,
    notification: { who: '-', why: '-', byWhen: '-', toDo: '-' },
  },
};
const VALUES: Readonly<Record<ItemKind, object>> = {
  sighting: anObservation({ held: HELD }),
  intent: anIntent(),
  acceptance: anAcceptance(),
  announcement: EVENT,
  receipt: aReceipt({ request: aVif({ peers: [aPeer()] }) }),
  ended: anEndedRequest({ held: HELD }),
};
/** Keys that were added after format 1, by path. */
const LATER_KEYS: Readonly<Record<ItemKind, readonly string[]>> = {
  sighting: ['lastFailure', 'request', 'unlistedSince'],
  intent: [
    'grounds.gatewaySeen.ownerAccount',
    'grounds.gatewaySeen.servedKinds',
    'grounds.request.region',
    'grounds.request.unreadable',
  ],
  acceptance: ['connection', 'movedTo'],
  announcement: ['refusals', 'triedInVain'],
  receipt: ['gatewaySeen.ownerAccount', 'gatewaySeen.servedKinds', 'request.region', 'request.unreadable'],
  ended: ['lastFailure', 'request'],
};

const KINDS = ['sighting', 'intent', 'acceptance', 'announcement', 'receipt', 'ended'] as const;

describe.for(KINDS)('a stored %s', (kind) => {
  const { data, more } = toStored(kind, VALUES[kind]);

  it('has all keys of format 1', () => {
    expect(pathsOf(data, FORMAT_1[kind])).toEqual(pathsIn(FORMAT_1[kind]));
  });

  it('has the same later keys as in earlier releases', () => {
    expect(pathsOf(more, FORMAT_1[kind])).toEqual(LATER_KEYS[kind]);
  });
});

/** Paths of the keys of a value, as deep as format 1 knows them. */
function pathsOf(value: unknown, keys: Keys | undefined, path = ''): string[] {
  if (Array.isArray(keys)) return pathsOf(Array.isArray(value) ? value[0] : value, keys[0], `${path}[]`);
  if (keys === null || keys === undefined || typeof value !== 'object' || value === null) return [path];
  const known = new Map(Object.entries(keys));
  return Object.entries(value)
    .flatMap(([key, part]) => pathsOf(part, known.get(key), path === '' ? key : `${path}.${key}`))
    .sort();
}

function pathsIn(keys: Keys, path = ''): string[] {
  if (keys === null) return [path];
  if (Array.isArray(keys)) return pathsIn(keys[0], `${path}[]`);
  return Object.entries(keys)
    .flatMap(([key, part]) => pathsIn(part, path === '' ? key : `${path}.${key}`))
    .sort();
}

it('an event is stored with the keys and words of release 0.1.0', () => {
  expect(STORED_NAMES.announcement.toOld(EVENT)).toMatchObject({
    type: 'Pass Failed',
    detail: {
      request: { id: 'dxvif-1', faults: [] },
      reasons: [{ code: 'pass-limit' }],
      failures: [{ code: 'announcement' }],
      acceptByHand: null,
      forPeople: { who: '-' },
    },
  });
});

it('a receipt of a later run is stored with the word of release 0.1.0', () => {
  const receipt = aReceipt({ answer: { by: 'laterRun', state: null, doubt: null } });
  expect(toStored('receipt', receipt).data).toMatchObject({ answer: { by: 'laterPass' } });
});

it('every value is read as it was written', () => {
  for (const kind of KINDS) {
    const { toNew, toOld } = STORED_NAMES[kind];
    expect(toNew(toOld(VALUES[kind]))).toEqual(VALUES[kind]);
  }
  const failing = { since: '2026-11-10T12:00:00.000Z', codes: ['api', 'event-delivery'] };
  expect(STORED_NAMES.failing.toOld(failing)).toEqual({ ...failing, codes: ['api', 'announcement'] });
  expect(STORED_NAMES.failing.toNew(STORED_NAMES.failing.toOld(failing))).toEqual(failing);
});

it('reason codes are stored with their words of earlier releases', () => {
  const stored = STORED_NAMES.ended.toOld({ held: REASON_CODES.map((code) => ({ code })) });
  expect(stored).toEqual({ held: STORED_REASON_CODES.map((code) => ({ code })) });
});

it('event types are stored with their words of release 0.1.0', () => {
  const stored = EVENT_TYPES.map((type) => STORED_NAMES.announcement.toOld({ type }));
  expect(stored).toEqual(STORED_EVENT_TYPES.map((type) => ({ type })));
});

const STORED_EVENT_TYPES = [
  'Request Accepted',
  'Request Held',
  'Deadline Near',
  'Request Ended',
  'Request Expired',
  'Accepted Interface Not Available',
  'Pass Failed',
];
const STORED_REASON_CODES = [
  'not-private',
  'unreadable',
  'other-region',
  'unknown-requester',
  'owner-mismatch',
  'frozen',
  'held-by-policy',
  'no-grant',
  'grant-not-started',
  'grant-ended',
  'ambiguous',
  'owner-limit',
  'grant-limit',
  'pass-limit',
  'gateway-missing',
  'gateway-other-account',
  'gateway-other-type',
  'gateway-not-available',
  'gateway-not-attached',
  'vlan-in-use',
  'peers-invalid',
  'peers-overlap',
  'asn-conflict',
];
