import type { Deadline } from '../../core/deadline.ts';
import {
  MATCH_FIELD_NAMES,
  type MatchFieldName,
  type SessionMatchFieldName,
} from '../../core/fields/evaluateMatch.ts';
import { isValueField } from '../../core/interfaceFields.ts';
import {
  type BgpPeer,
  createInterface,
  createPeer,
  INTERFACE_FIELDS,
  type KeyDigest,
  type VirtualInterface,
} from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { formatList } from '../../core/printableText.ts';
import type { RecordedRequest } from '../../language/index.ts';

/** The target whose requests are read. */
export interface RequestTarget extends Pick<Policy, 'target' | 'recipient'> {
  /** the keys that BGP keys in the API's answers are compared with: those of every policy that decides on the requests */
  readonly agreedKeys: ReadonlySet<KeyDigest>;
}

/** A request read from a file. */
export interface ReadRequest {
  readonly request: VirtualInterface;
  /** values that the file does not give and that are assumed, one sentence each */
  readonly assumed: readonly string[];
  /** fields that the file does not give, in contrast to `null`, which means that the API did not return them */
  readonly absent: ReadonlySet<MatchFieldName>;
  /** as given by a run or `status`; `null` when the file has none */
  readonly deadline: Deadline | null;
}

/**
 * Converts a request that our own commands wrote.
 * @param index position in the file, used as name of a request without an ID
 * @param target its recipient is assumed as owner account when the file gives none
 */
export function fromRecordedRequest(
  written: RecordedRequest,
  index: number,
  { recipient: { account: recipient }, agreedKeys }: Pick<RequestTarget, 'recipient' | 'agreedKeys'>,
): ReadRequest {
  const { state = 'confirming', type = 'private', ownerAccount = recipient } = written;
  const peers = (written.peers ?? []).map(readPeer);
  // Documents of earlier versions have `faults` instead of `readErrors`.
  const readErrors = [...(written.readErrors ?? []), ...(written.faults ?? [])];
  const { unreadable = readErrors.length > 0 ? INTERFACE_FIELDS : [] } = written;
  const assumptions = listAssumptions(written, recipient);
  return {
    request: createInterface({
      ...written,
      id: written.id ?? `(request ${index + 1} of the file)`,
      state,
      type,
      ownerAccount,
      peers,
      // Replaced by our own text: the file's content is untrusted.
      readErrors: readErrors.length > 0 ? ['the file marks the request as unreadable'] : [],
      // Fail closed: a file that does not say which fields these were may mean any of them.
      unreadable: INTERFACE_FIELDS.filter((field) => unreadable.includes(field)),
    }),
    assumed:
      assumptions.length === 0
        ? []
        : [`assumed, because the file does not say so: ${formatList(assumptions)}`],
    absent: findAbsentFields(written, agreedKeys.size > 0 && !peers.every(isKeyKnown)),
    deadline: readDeadline(written.deadline),
  };
}

type RecordedPeer = NonNullable<RecordedRequest['peers']>[number];

/**
 * Converts a BGP peer. Fail closed: the run that wrote the file may have had a policy with other agreed keys, so a key that was
 * none of them is not compared with those of this policy.
 */
function readPeer({ key, hasKey, agreedKey, ...peer }: RecordedPeer): BgpPeer {
  const digest = typeof key === 'string' ? key : agreedKey === 'none' ? null : agreedKey;
  return createPeer({ ...peer, hasKey: typeof key === 'string' ? true : (key ?? hasKey), agreedKey: digest });
}

/** Whether the file says which of the agreed keys a session has, or that it has no key. */
function isKeyKnown({ hasKey, agreedKey }: BgpPeer): boolean {
  return hasKey === false || agreedKey !== null;
}

/** The values that are assumed because the file does not give them. */
function listAssumptions({ state, type, ownerAccount }: RecordedRequest, recipient: string): string[] {
  return [
    ...(state === undefined ? ['its state is `confirming`'] : []),
    ...(type === undefined ? ['it is `private`'] : []),
    ...(ownerAccount === undefined ? [`the API names the recipient \`${recipient}\` as owner`] : []),
  ];
}

/**
 * Lists the match fields that the file does not give; for a field of the BGP peers, that any session does not give.
 * @param lacksAgreedKey whether the file does not say which agreed key a session has
 */
function findAbsentFields(written: RecordedRequest, lacksAgreedKey: boolean): ReadonlySet<MatchFieldName> {
  const { peers } = written;
  const some = (isAbsent: (peer: NonNullable<typeof peers>[number]) => boolean): boolean =>
    peers === undefined || peers.some(isAbsent);
  const isAbsent: Readonly<Record<SessionMatchFieldName | 'id', boolean>> = {
    id: written.id === undefined,
    asn: some(({ asn }) => asn === undefined),
    peers: some((peer) => peer.amazonAddress === undefined || peer.customerAddress === undefined),
    bgpKey: lacksAgreedKey || some(({ key, hasKey }) => key === undefined && hasKey === undefined),
  };
  return new Set(
    MATCH_FIELD_NAMES.filter((field) =>
      isValueField(field) ? written[field] === undefined : isAbsent[field],
    ),
  );
}

/** Reads the deadline, which is only displayed: a malformed one is ignored. */
function readDeadline(written: unknown): Deadline | null {
  if (typeof written !== 'object' || written === null) return null;
  const { earliest = null, latest = null }: { earliest?: unknown; latest?: unknown } = written;
  return { earliest: readInstant(earliest), latest: readInstant(latest) };
}

function readInstant(value: unknown): string | null {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : null;
}
