import type { Deadline } from '../../core/deadline.ts';
import { MATCH_FIELD_NAMES, type MatchFieldName } from '../../core/fields/match.ts';
import { type BgpPeer, INTERFACE_FIELDS, type VirtualInterface } from '../../core/model.ts';
import { formatList } from '../../core/printableText.ts';
import type { RecordedRequest } from '../../language/index.ts';

/** A request out of a file. */
export interface ReadRequest {
  readonly request: VirtualInterface;
  /** what the file does not say and was taken for granted, a sentence each */
  readonly assumed: readonly string[];
  /** fields that the file does not say; `null` in a file is what the API did not give */
  readonly absent: ReadonlySet<MatchFieldName>;
  /** as a pass or `status` told it; `null` when the file does not */
  readonly deadline: Deadline | null;
}

/**
 * A request as we write it ourselves.
 * @param index its place in the file, to name one without an ID by
 * @param recipient the account that it was most likely offered to
 */
export function fromRecordedRequest(written: RecordedRequest, index: number, recipient: string): ReadRequest {
  const { state = 'confirming', type = 'private', ownerAccount = recipient, peers = [] } = written;
  const { readErrors: errors = [], faults = [] } = written;
  const readErrors = [...errors, ...faults];
  const { unreadable = readErrors.length > 0 ? INTERFACE_FIELDS : [] } = written;
  const unsaid = [
    ...(written.state === undefined ? ['its state is `confirming`'] : []),
    ...(written.type === undefined ? ['it is `private`'] : []),
    ...(written.ownerAccount === undefined ? [`the API names the recipient \`${recipient}\` as owner`] : []),
  ];
  return {
    request: {
      id: written.id ?? `(request ${index + 1} of the file)`,
      state,
      type,
      ownerAccount,
      connection: written.connection ?? null,
      name: written.name ?? null,
      location: written.location ?? null,
      region: written.region ?? null,
      vlan: written.vlan ?? null,
      mtu: written.mtu ?? null,
      gateway: written.gateway ?? null,
      tags: written.tags ?? null,
      peers: peers.map(peerOf),
      // In words of ours: those in a file are anybody's.
      readErrors: readErrors.length > 0 ? ['the file says that it was unreadable'] : [],
      // Fail closed: a file that does not say which fields these were may mean any of them.
      unreadable: INTERFACE_FIELDS.filter((field) => unreadable.includes(field)),
    },
    assumed:
      unsaid.length === 0 ? [] : [`the file does not say so, and it is assumed: ${formatList(unsaid)}`],
    absent: absentOf(written),
    deadline: deadlineOf(written.deadline),
  };
}

function peerOf(written: NonNullable<RecordedRequest['peers']>[number]): BgpPeer {
  const { asn, amazonAddress, customerAddress, key, hasKey } = written;
  return {
    asn: asn ?? null,
    amazonAddress: amazonAddress ?? null,
    customerAddress: customerAddress ?? null,
    hasKey: key ?? hasKey ?? null,
  };
}

/** What the file leaves out; for a field of the sessions, what it leaves out of any of them. */
function absentOf(written: RecordedRequest): ReadonlySet<MatchFieldName> {
  const { peers } = written;
  const some = (isAbsent: (peer: NonNullable<typeof peers>[number]) => boolean): boolean =>
    peers === undefined || peers.some(isAbsent);
  const isAbsent: Readonly<Record<MatchFieldName, boolean>> = {
    connection: written.connection === undefined,
    vlan: written.vlan === undefined,
    asn: some(({ asn }) => asn === undefined),
    peers: some((peer) => peer.amazonAddress === undefined || peer.customerAddress === undefined),
    name: written.name === undefined,
    location: written.location === undefined,
    bgpKey: some(({ key, hasKey }) => key === undefined && hasKey === undefined),
    mtu: written.mtu === undefined,
    tags: written.tags === undefined,
  };
  return new Set(MATCH_FIELD_NAMES.filter((field) => isAbsent[field]));
}

/** Only for display: nothing is decided by it, so another form of it is ignored. */
function deadlineOf(written: unknown): Deadline | null {
  if (typeof written !== 'object' || written === null) return null;
  const { earliest = null, latest = null }: { earliest?: unknown; latest?: unknown } = written;
  return { earliest: instantOrNull(earliest), latest: instantOrNull(latest) };
}

function instantOrNull(value: unknown): string | null {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : null;
}
