import type { Deadline } from '../../core/deadline.ts';
import {
  MATCH_FIELD_NAMES,
  type MatchFieldName,
  type SessionMatchFieldName,
} from '../../core/fields/evaluateMatch.ts';
import { isValueField } from '../../core/interfaceFields.ts';
import { createInterface, createPeer, INTERFACE_FIELDS, type VirtualInterface } from '../../core/model.ts';
import { formatList } from '../../core/printableText.ts';
import type { RecordedRequest } from '../../language/index.ts';

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
 * @param recipient the account that is assumed as owner account when the file gives none
 */
export function fromRecordedRequest(written: RecordedRequest, index: number, recipient: string): ReadRequest {
  const { state = 'confirming', type = 'private', ownerAccount = recipient, peers = [] } = written;
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
      peers: peers.map((peer) =>
        createPeer({
          ...peer,
          hasKey: peer.key ?? peer.hasKey,
          // The policy of that run may have named other digests than this one.
          agreedKey: peer.agreedKey === 'none' ? null : peer.agreedKey,
        }),
      ),
      // Replaced by our own text: the file's content is untrusted.
      readErrors: readErrors.length > 0 ? ['the file marks the request as unreadable'] : [],
      // Fail closed: a file that does not say which fields these were may mean any of them.
      unreadable: INTERFACE_FIELDS.filter((field) => unreadable.includes(field)),
    }),
    assumed:
      assumptions.length === 0
        ? []
        : [`assumed, because the file does not say so: ${formatList(assumptions)}`],
    absent: findAbsentFields(written),
    deadline: readDeadline(written.deadline),
  };
}

/** The values that are assumed because the file does not give them. */
function listAssumptions({ state, type, ownerAccount }: RecordedRequest, recipient: string): string[] {
  return [
    ...(state === undefined ? ['its state is `confirming`'] : []),
    ...(type === undefined ? ['it is `private`'] : []),
    ...(ownerAccount === undefined ? [`the API names the recipient \`${recipient}\` as owner`] : []),
  ];
}

/** Lists the match fields that the file does not give; for a field of the BGP sessions, that any session does not give. */
function findAbsentFields(written: RecordedRequest): ReadonlySet<MatchFieldName> {
  const { peers } = written;
  const some = (isAbsent: (peer: NonNullable<typeof peers>[number]) => boolean): boolean =>
    peers === undefined || peers.some(isAbsent);
  const isAbsent: Readonly<Record<SessionMatchFieldName | 'id', boolean>> = {
    id: written.id === undefined,
    asn: some(({ asn }) => asn === undefined),
    peers: some((peer) => peer.amazonAddress === undefined || peer.customerAddress === undefined),
    bgpKey: some(({ key, hasKey }) => key === undefined && hasKey === undefined),
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
