import type { Deadline } from '../../core/deadline.ts';
import * as d from '../../core/decoders.ts';
import {
  type AnyValue,
  DETAIL_FIELD_NAMES,
  type InterfaceValues,
  ofEachField,
  pick,
  VALUE_FIELD_NAMES,
  VALUE_FIELDS,
  type ValueFieldName,
  type ValueForm,
} from '../../core/interfaceFields.ts';
import type {
  Acceptance,
  Assignment,
  Evidence,
  GatewaySeen,
  Intent,
  LimitUsage,
  Observation,
  Published,
  RequestDetails,
  StoredReason,
} from '../../core/ledgerEntries.ts';
import type { LedgerState, OngoingFailure } from '../../core/ledgerState.ts';
import {
  type Actor,
  type BgpPeer,
  type InterfaceField,
  isKeyDigest,
  type KeyDigest,
  PROVIDERS,
  type Recipient,
  type VirtualInterface,
} from '../../core/model.ts';
import { gatewayKind, isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { STORED_NAMES } from './formats/storedNames.ts';

/** Decoders for the evidence of an acceptance. They throw `Malformed`, and keep keys of later releases. */

const anyText = d.text('a text', () => true);
/** Text that is printed without escaping. Control characters are rejected, because anyone who can write the ledger could send them to a terminal. */
export const oneLine = d.text('a text in one line', (value) => value !== '' && !/\p{Cc}/u.test(value));
/** An interface ID. It is validated because it becomes part of shell commands. */
export const interfaceId = d.text('an ID such as `dxvif-1a2b3c4d`', isVirtualInterfaceId);
const gatewayId = d.text('the ID of a gateway', (value) => gatewayKind(value) !== null);
const anyNumber = d.integer(Number.MIN_SAFE_INTEGER);

export const assignmentFields: { readonly [K in keyof Assignment]: d.Decoder<Assignment[K]> } = {
  at: d.instant,
  owner: oneLine,
  grants: d.nonEmptyArray(oneLine),
  gateway: gatewayId,
};

/** The result of comparing a key with agreed ones. No secret: the policy names the digest. */
const comparedKey: d.Decoder<KeyDigest | 'none'> = (raw, path) => {
  if (raw === 'none' || (typeof raw === 'string' && isKeyDigest(raw))) return raw;
  throw new d.Malformed(path, '`none`, or the digest of a key', raw);
};

/** A later release may have more fields. No decision depends on the value here. */
const field: d.Decoder<InterfaceField> = (raw, path) => oneLine(raw, path) as InterfaceField;

const openPeer = d.openObject<BgpPeer>({
  asn: d.orNull(anyNumber),
  amazonAddress: d.orNull(anyText),
  customerAddress: d.orNull(anyText),
  hasKey: d.orNull(d.boolean),
  agreedKey: d.orNull(comparedKey),
});

/** Earlier releases did not compare keys. */
const decodePeers = d.array((raw, path) => openPeer({ agreedKey: null, ...d.record(raw, path) }, path));

/** The values of an interface. Bounds of numbers are not checked, because a release with other bounds may have stored them. */
const values = ofEachField((field) => d.orNull(valueDecoder(VALUE_FIELDS[field].form))) as {
  readonly [F in ValueFieldName]: d.Decoder<InterfaceValues[F]>;
};

function valueDecoder({ kind }: ValueForm): d.Decoder<AnyValue> {
  switch (kind) {
    case 'text':
      return anyText;
    case 'integer':
      return anyNumber;
    case 'boolean':
      return d.boolean;
    case 'tags':
      return d.map(anyText);
    default:
      return kind satisfies never;
  }
}

/** The values of those fields that earlier releases did not store: they are unknown, unless the stored value has them. */
function laterValues(fields: readonly ValueFieldName[]): Readonly<Record<string, null>> {
  const later = fields.filter((field) => !VALUE_FIELDS[field].isAlwaysStored);
  return Object.fromEntries(later.map((field) => [field, null]));
}

const LATER_VALUES = laterValues(VALUE_FIELD_NAMES);
const LATER_DETAILS = laterValues(DETAIL_FIELD_NAMES);

/** The details of a request, without the fields that identify it. */
const details = { ...pick(values, DETAIL_FIELD_NAMES), peers: decodePeers };

const openDetails = d.openObject<RequestDetails>(details);

export const decodeDetails: d.Decoder<RequestDetails> = (raw, path) =>
  openDetails({ ...LATER_DETAILS, ...d.record(raw, path) }, path);

const openInterface = d.openObject<VirtualInterface>({
  ...details,
  id: interfaceId,
  ...values,
  readErrors: d.array(oneLine),
  unreadable: d.array(field),
});

/** Earlier releases did not store `unreadable`: they accepted only requests that were readable, so the list is empty. */
const decodeInterface: d.Decoder<VirtualInterface> = (raw, path) =>
  openInterface({ unreadable: [], ...LATER_VALUES, ...d.record(raw, path) }, path);

const openGateway = d.openObject<GatewaySeen>({
  id: anyText,
  kind: d.oneOf(['virtual', 'directConnect']),
  state: d.orNull(anyText),
  attachedVpcs: d.array(anyText),
  asn: d.orNull(anyNumber),
  ownerAccount: d.orNull(anyText),
  servedKinds: d.orNull(d.array(oneLine)),
});

/** Earlier releases did not read what a gateway serves. */
const decodeGateway: d.Decoder<GatewaySeen> = (raw, path) =>
  openGateway({ servedKinds: null, ...d.record(raw, path) }, path);

const decodeDeadline = d.openObject<Deadline>({
  earliest: d.orNull(d.instant),
  latest: d.orNull(d.instant),
});

export const evidenceFields: { readonly [K in keyof Evidence]: d.Decoder<Evidence[K]> } = {
  target: oneLine,
  recipient: d.openObject<Recipient>({ provider: d.oneOf(PROVIDERS), region: oneLine, account: oneLine }),
  policy: d.openObject<Evidence['policy']>({ digest: oneLine, revision: anyText }),
  request: decodeInterface,
  firstSeen: d.instant,
  deadline: decodeDeadline,
  grant: oneLine,
  tickets: d.map(oneLine),
  gatewaySeen: d.orNull(decodeGateway),
  usage: d.openObject<LimitUsage>({ owner: d.array(oneLine), grants: d.map(d.array(oneLine)) }),
  acceptedBefore: d.integer(0),
  skipped: d.array(oneLine),
};

const decodeEvidence = d.openObject<Evidence>(evidenceFields);

/**
 * Decoders for state items. They throw `Malformed`, and keep keys of later releases. Words of later releases are accepted
 * where this release only compares them, so that a rollback does not lose a request.
 */

export const decodeStoredReason = d.openObject<StoredReason>({ code: oneLine, message: oneLine });

const decodeKnownObservation = d.openObject<Observation>({
  firstSeen: d.instant,
  notListedAt: d.orNull(d.instant),
  connection: d.orNull(d.string),
  vlan: d.orNull(d.integer(1, 4094)),
  name: d.orNull(d.string),
  outbound: d.boolean,
  failures: d.integer(0),
  request: d.orNull(decodeDetails),
  lastFailure: d.orNull(oneLine),
  held: d.array(decodeStoredReason),
  published: d.openObject<Published>({
    holds: d.integer(0),
    codes: d.array(oneLine),
    thresholds: d.array(oneLine),
  }),
  unlistedSince: d.orNull(d.instant),
});

/** `unlistedSince` was added within format 2. It is unknown where it is absent. */
export const decodeObservation: d.Decoder<Observation> = (raw, path) =>
  decodeKnownObservation({ unlistedSince: null, ...d.record(raw, path) }, path);

export const decodeIntent = d.openObject<Intent>({
  ...assignmentFields,
  listings: d.integer(0),
  evidence: decodeEvidence,
});

const decodeKnownAcceptance = d.openObject<Acceptance>({
  ...assignmentFields,
  connection: d.orNull(d.string),
  movedTo: d.orNull(d.string),
  availableAt: d.orNull(d.instant),
  routesSettled: d.boolean,
  publishedProblem: d.orNull(oneLine),
  publishedCount: d.integer(0),
});

/** Earlier releases did not store the connection. */
export const decodeAcceptance: d.Decoder<Acceptance> = (raw, path) =>
  decodeKnownAcceptance({ connection: null, movedTo: null, ...d.record(raw, path) }, path);

/** When each owner last had a turn. It only affects the order of work, so an unreadable or missing value is empty. */
export function readTurns(raw: unknown): LedgerState['turns'] {
  try {
    return d.map(d.instant)(raw, '');
  } catch (error) {
    if (error instanceof d.Malformed) return {};
    throw error;
  }
}

const decodeOngoingFailure = d.openObject<OngoingFailure>({
  since: d.instant,
  codes: d.nonEmptyArray(oneLine),
});

/** Decodes a stored failure, which may have the words of any release. */
export const decodeFailing: d.Decoder<OngoingFailure> = (raw, path) =>
  decodeOngoingFailure(STORED_NAMES.failing.toNew(raw), path);

const printable = d.text('a text without control characters', (value) => !/\p{Cc}/u.test(value));

/** Decodes the actor in the record of an end. */
export const decodeActor = d.archivedObject<Actor>({
  operation: oneLine,
  at: d.instant,
  identity: d.orNull(printable),
  account: d.orNull(printable),
  source: d.orNull(printable),
  agent: d.orNull(printable),
  gateway: d.orNull(printable),
});
