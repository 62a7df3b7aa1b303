import { describe, expect, it } from 'vitest';
import { decodeIntent, decodeObservation } from '../../adapters/ledgers/decodeItems.ts';
import { FORMAT_1, type ItemKind, type Keys } from '../../adapters/ledgers/formats/format1.ts';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import { decodeRecord } from '../../adapters/ledgers/historyRecords.ts';
import { decodeStored, type StoredValue, toStored } from '../../adapters/ledgers/storedForm.ts';
import { Malformed } from '../../core/decoders.ts';
import { EVENT_TYPES } from '../../core/events/event.ts';
import { requestDetailsOf } from '../../core/ledgerEntries.ts';
import type { BgpPeer, VirtualInterface } from '../../core/model.ts';
import { REASON_CODES } from '../../core/reasons.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { aPeer, aVif } from '../support/builders.ts';
import {
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
  storedReasons,
  theEvidence,
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
    'grounds.request.prefixCountIpv4',
    'grounds.request.prefixCountIpv6',
    'grounds.request.rateLimit',
    'grounds.request.region',
    'grounds.request.unreadable',
  ],
  acceptance: ['connection', 'movedTo', 'routes'],
  announcement: ['refusals', 'triedInVain'],
  receipt: [
    'gatewaySeen.ownerAccount',
    'gatewaySeen.servedKinds',
    'request.prefixCountIpv4',
    'request.prefixCountIpv6',
    'request.rateLimit',
    'request.region',
    'request.unreadable',
  ],
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

describe('of the BGP peers of a request', () => {
  const [digest = 'sha256:'] = KEY_DIGESTS;
  const sessions = (agreedKey: BgpPeer['agreedKey']) => aVif({ peers: [aPeer(), aPeer({ agreedKey })] });

  it('a key that was not compared is not stored, so that the value is stored as before there were agreed keys', () => {
    const request = sessions(null);
    for (const [kind, value] of valuesWith(request))
      expect([kind, JSON.stringify(toStored(kind, value)).includes('agreedKey')]).toEqual([kind, false]);
  });

  it('the digest of an agreed key is stored as a later key, and read again', () => {
    const request = sessions(digest);
    for (const [kind, value] of valuesWith(request)) {
      const stored = toStored(kind, value);
      expect([kind, JSON.stringify(stored.data).includes('agreedKey')]).toEqual([kind, false]);
      expect(readBack(kind, stored)).toEqual(value);
    }
  });

  it('an absent comparison is read as none', () => {
    for (const [kind, value] of valuesWith(sessions(null)))
      expect(readBack(kind, toStored(kind, value))).toEqual(value);
  });

  it('a text that is not a digest is refused', () => {
    const odd = JSON.stringify(toStored('receipt', aReceipt({ request: sessions(digest) })));
    const stored = JSON.parse(odd.replaceAll(digest, 'planted-bgp-key'));
    expect(() => decodeRecord('receipt', stored)).toThrow(Malformed);
  });
});

/** Every kind of value that has the BGP peers of a request. */
function valuesWith(request: VirtualInterface): (readonly ['sighting' | 'intent' | 'receipt', object])[] {
  return [
    ['sighting', anObservation({ request: requestDetailsOf(request) })],
    ['intent', anIntent({ evidence: theEvidence({ request }) })],
    ['receipt', aReceipt({ request })],
  ];
}

function readBack(kind: 'sighting' | 'intent' | 'receipt', stored: StoredValue): unknown {
  if (kind === 'receipt') return decodeRecord(kind, stored)?.value;
  return kind === 'sighting'
    ? decodeStored(kind, stored, decodeObservation)
    : decodeStored(kind, stored, decodeIntent);
}

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
  'Unexpected Routes',
  'Pass Failed',
  'Target Alert',
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
