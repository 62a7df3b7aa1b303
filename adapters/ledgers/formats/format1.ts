/**
 * The keys of format 1, as release 0.1.0 writes and reads them. That release rejects every other key, so later formats store their
 * keys beside these (`storedForm.ts`). A rollback to 0.1.0 can then read the ledger.
 */

/** The kinds of stored items, by their names on disk. The first four are state items, the others are records of the history. */
export type ItemKind = 'sighting' | 'intent' | 'acceptance' | 'announcement' | 'receipt' | 'ended';

/** The keys of a value. `WHOLE` is the value with all its keys. A list has one entry, which applies to each element. */
export type Keys = null | readonly [Keys] | { readonly [key: string]: Keys };

export const WHOLE: null = null;

const ASSIGNMENT = { at: WHOLE, owner: WHOLE, grants: WHOLE, gateway: WHOLE } as const;

const HELD = [{ code: WHOLE, message: WHOLE }] as const;

const INTERFACE = {
  id: WHOLE,
  state: WHOLE,
  type: WHOLE,
  ownerAccount: WHOLE,
  connection: WHOLE,
  name: WHOLE,
  location: WHOLE,
  vlan: WHOLE,
  mtu: WHOLE,
  gateway: WHOLE,
  tags: WHOLE,
  peers: [{ asn: WHOLE, amazonAddress: WHOLE, customerAddress: WHOLE, hasKey: WHOLE }],
  faults: WHOLE,
} as const;

const EVIDENCE = {
  target: WHOLE,
  recipient: { provider: WHOLE, region: WHOLE, account: WHOLE },
  policy: { digest: WHOLE, revision: WHOLE },
  request: INTERFACE,
  firstSeen: WHOLE,
  deadline: { earliest: WHOLE, latest: WHOLE },
  grant: WHOLE,
  tickets: WHOLE,
  gatewaySeen: { id: WHOLE, kind: WHOLE, state: WHOLE, attachedVpcs: WHOLE, asn: WHOLE },
  usage: { owner: WHOLE, grants: WHOLE },
  acceptedBefore: WHOLE,
  skipped: WHOLE,
} as const;

export const FORMAT_1: Readonly<Record<ItemKind, Keys>> = {
  sighting: {
    firstSeen: WHOLE,
    notListedAt: WHOLE,
    connection: WHOLE,
    vlan: WHOLE,
    name: WHOLE,
    outbound: WHOLE,
    failures: WHOLE,
    held: HELD,
    told: { holds: WHOLE, codes: WHOLE, marks: WHOLE },
  },
  intent: { ...ASSIGNMENT, listings: WHOLE, grounds: EVIDENCE },
  acceptance: { ...ASSIGNMENT, availableAt: WHOLE, routesSettled: WHOLE, told: WHOLE, timesTold: WHOLE },
  announcement: { id: WHOLE, type: WHOLE, at: WHOLE, detail: WHOLE },
  receipt: {
    id: WHOLE,
    ...ASSIGNMENT,
    ...EVIDENCE,
    acceptedAt: WHOLE,
    answer: { by: WHOLE, state: WHOLE, doubt: WHOLE },
  },
  ended: {
    id: WHOLE,
    connection: WHOLE,
    vlan: WHOLE,
    name: WHOLE,
    firstSeen: WHOLE,
    endedAt: WHOLE,
    pendingSeconds: WHOLE,
    as: WHOLE,
    held: HELD,
    failures: WHOLE,
  },
};

/**
 * Converts format 1 to format 2. Format 2 adds the details of the request to observations and ended requests (`request`), why
 * the last confirm failed (`lastFailure`), the region of an interface and the account that owns a gateway. Release 0.1.0
 * did not record these keys, so they are unknown: `null`.
 *
 * A value of format 1 may have these keys, if 0.1.0 did not write it last. They are kept.
 */
export function from1To2(kind: ItemKind, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  switch (kind) {
    case 'sighting':
    case 'ended':
      return { request: null, lastFailure: null, ...value };
    case 'intent':
      return { ...value, grounds: withEvidence(value.grounds) };
    case 'receipt':
      return { ...value, ...withEvidence(value) };
    case 'acceptance':
    case 'announcement':
      return { ...value };
    default:
      return kind satisfies never;
  }
}

function withEvidence(grounds: unknown): Record<string, unknown> {
  const { request, gatewaySeen, ...rest } = asRecord(grounds);
  return {
    ...rest,
    ...(request === undefined ? {} : { request: { region: null, ...asRecord(request) } }),
    ...(gatewaySeen === undefined
      ? {}
      : { gatewaySeen: gatewaySeen === null ? null : { ownerAccount: null, ...asRecord(gatewaySeen) } }),
  };
}

/** Replaces a value that is not an object by an empty object, which the decoder then rejects because of its missing keys. */
function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
