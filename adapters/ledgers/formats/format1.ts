/**
 * The keys of format 1, which release 0.1.0 writes and reads. That release refuses every other key, so what later formats
 * add is stored beside these keys (`storedForm.ts`): a rollback to 0.1.0 then finds what it can read.
 */

/** The kinds of what is stored: the first four are live items, the others are history. */
export type ItemKind = 'sighting' | 'intent' | 'acceptance' | 'announcement' | 'receipt' | 'ended';

/** `WHOLE`: the value as it is, with all its keys. A list has one entry, which is that of its elements. */
export type Keys = null | readonly [Keys] | { readonly [key: string]: Keys };

export const WHOLE: null = null;

const AWARD = { at: WHOLE, owner: WHOLE, grants: WHOLE, gateway: WHOLE } as const;

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

const GROUNDS = {
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
  intent: { ...AWARD, listings: WHOLE, grounds: GROUNDS },
  acceptance: { ...AWARD, availableAt: WHOLE, routesSettled: WHOLE, told: WHOLE, timesTold: WHOLE },
  announcement: { id: WHOLE, type: WHOLE, at: WHOLE, detail: WHOLE },
  receipt: {
    id: WHOLE,
    ...AWARD,
    ...GROUNDS,
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
