import type { Deadline } from '../../core/deadline.ts';
import * as d from '../../core/decode.ts';
import type { Announcement } from '../../core/events/event.ts';
import type {
  Acceptance,
  Award,
  Grounds,
  HeldFor,
  Intent,
  RequestDetails,
  Sighting,
  Told,
  Usage,
} from '../../core/ledgerEntries.ts';
import type { Failing, LedgerState, Queued } from '../../core/ledgerState.ts';
import {
  type BgpPeer,
  type Field,
  type Gateway,
  PROVIDERS,
  type Recipient,
  type VirtualInterface,
} from '../../core/model.ts';
import { gatewayKind, isVirtualInterfaceId } from '../../core/resourceIds.ts';

/** Readers of why something was accepted; each throws `Malformed`. They keep the keys of later releases. */

const anyText = d.text('a text', () => true);
/** Of our own making, so shown as it is: whoever can write the ledger must not steer a terminal by it. */
export const line = d.text('a text in one line', (value) => value !== '' && !/\p{Cc}/u.test(value));
/** It becomes part of commands. */
export const vifId = d.text('an ID such as `dxvif-1a2b3c4d`', isVirtualInterfaceId);
const gatewayId = d.text('the ID of a gateway', (value) => gatewayKind(value) !== null);
const anyNumber = d.integer(Number.MIN_SAFE_INTEGER);

export const award: { readonly [K in keyof Award]: d.Decoder<Award[K]> } = {
  at: d.instant,
  owner: line,
  grants: d.filled(line),
  gateway: gatewayId,
};

/** A later release may know of more: nothing is decided by it here. */
const field: d.Decoder<Field> = (raw, path) => line(raw, path) as Field;

const decodePeers = d.array(
  d.open<BgpPeer>({
    asn: d.orNull(anyNumber),
    amazonAddress: d.orNull(anyText),
    customerAddress: d.orNull(anyText),
    hasKey: d.orNull(d.boolean),
  }),
);

/** What a request says of itself beside what identifies it. */
const details: { readonly [K in keyof RequestDetails]: d.Decoder<RequestDetails[K]> } = {
  type: d.orNull(anyText),
  ownerAccount: d.orNull(anyText),
  location: d.orNull(anyText),
  region: d.orNull(anyText),
  mtu: d.orNull(anyNumber),
  tags: d.orNull(d.map(anyText)),
  peers: decodePeers,
};

export const decodeDetails = d.open<RequestDetails>(details);

const openInterface = d.open<VirtualInterface>({
  ...details,
  id: vifId,
  state: d.orNull(anyText),
  connection: d.orNull(anyText),
  name: d.orNull(anyText),
  vlan: d.orNull(anyNumber),
  gateway: d.orNull(anyText),
  faults: d.array(line),
  unreadable: d.array(field),
});

/** Releases before this key decided upon readable requests alone, so that it was always empty. */
const decodeInterface: d.Decoder<VirtualInterface> = (raw, path) =>
  openInterface({ unreadable: [], ...d.record(raw, path) }, path);

const decodeGateway = d.open<Gateway>({
  id: anyText,
  kind: d.oneOf(['virtual', 'directConnect']),
  state: d.orNull(anyText),
  attachedVpcs: d.array(anyText),
  asn: d.orNull(anyNumber),
  ownerAccount: d.orNull(anyText),
});

const decodeDeadline = d.open<Deadline>({
  earliest: d.orNull(d.instant),
  latest: d.orNull(d.instant),
});

export const grounds: { readonly [K in keyof Grounds]: d.Decoder<Grounds[K]> } = {
  target: line,
  recipient: d.open<Recipient>({ provider: d.oneOf(PROVIDERS), region: line, account: line }),
  policy: d.open<Grounds['policy']>({ digest: line, revision: anyText }),
  request: decodeInterface,
  firstSeen: d.instant,
  deadline: decodeDeadline,
  grant: line,
  tickets: d.map(line),
  gatewaySeen: d.orNull(decodeGateway),
  usage: d.open<Usage>({ owner: d.array(line), grants: d.map(d.array(line)) }),
  acceptedBefore: d.integer(0),
  skipped: d.array(line),
};

const decodeGrounds = d.open<Grounds>(grounds);

/**
 * Readers of what lives in a ledger while it is pending or followed; each throws `Malformed`. They keep the keys of later
 * releases, and take words that only those know where this one does nothing with them but compare: what an earlier
 * release does not understand must not cost a request.
 */

export const decodeHeldFor = d.open<HeldFor>({ code: line, message: line });

const readSighting = d.open<Sighting>({
  firstSeen: d.instant,
  notListedAt: d.orNull(d.instant),
  connection: d.orNull(d.string),
  vlan: d.orNull(d.integer(1, 4094)),
  name: d.orNull(d.string),
  outbound: d.boolean,
  failures: d.integer(0),
  request: d.orNull(decodeDetails),
  lastFailure: d.orNull(line),
  held: d.array(decodeHeldFor),
  told: d.open<Told>({
    holds: d.integer(0),
    codes: d.array(line),
    marks: d.array(line),
  }),
  unlistedSince: d.orNull(d.instant),
});

/** A key that came within format 2 is not known where it is absent. */
export const decodeSighting: d.Decoder<Sighting> = (raw, path) =>
  readSighting({ unlistedSince: null, ...d.record(raw, path) }, path);

export const decodeIntent = d.open<Intent>({ ...award, listings: d.integer(0), grounds: decodeGrounds });

const decodeKnownAcceptance = d.open<Acceptance>({
  ...award,
  connection: d.orNull(d.string),
  movedTo: d.orNull(d.string),
  availableAt: d.orNull(d.instant),
  routesSettled: d.boolean,
  told: d.orNull(line),
  timesTold: d.integer(0),
});

/** Earlier releases did not record the connection. */
export const decodeAcceptance: d.Decoder<Acceptance> = (raw, path) =>
  decodeKnownAcceptance({ connection: null, movedTo: null, ...d.record(raw, path) }, path);

/** When owners had their last turns. It only orders the work: what cannot be read, and what is not there, is forgotten. */
export function readTurns(raw: unknown): LedgerState['turns'] {
  try {
    return d.map(d.instant)(raw, '');
  } catch (error) {
    if (error instanceof d.Malformed) return {};
    throw error;
  }
}

const readAnnouncement = d.open<Announcement>({
  id: d.string,
  type: line,
  at: d.instant,
  detail: d.record,
});
const count = d.integer(0);

export const decodeAnnouncement: d.Decoder<Queued> = (raw, path) => {
  const queued: Queued = readAnnouncement(raw, path);
  for (const key of ['triedInVain', 'refusals'] as const)
    if (queued[key] !== undefined) count(queued[key], key);
  return queued;
};

export const decodeFailing = d.open<Failing>({ since: d.instant, codes: d.filled(line) });
