/** Accounts, connections, gateways and times in every life. */
export const RECIPIENT_ACCOUNT = '012345678901';
const ACME = '210987654321';
const BETA = '345678901234';
export const UNKNOWN_REQUESTER = '999999999999';
export const CARRIER = '777777777777';

export const ACME_1 = 'dxcon-11111111';
export const ACME_2 = 'dxcon-22222222';
export const BETA_1 = 'dxcon-33333333';
/** connections and LAGs of the owners that are not in any policy */
const ACME_3 = 'dxcon-44444444';
const BETA_2 = 'dxcon-55555555';
export const ACME_LAG = 'dxlag-66666666';
export const UNKNOWN_CONNECTION = 'dxcon-9f9f9f9f';
/** of an unknown requester; looks like the first connection of acme */
export const LOOKALIKE = 'dxcon-1111111l';
export const OWN_CONNECTION = 'dxcon-00000000';

/** of the carrier: the first is shared by owners of the policy, the second is in no policy */
export const CARRIER_1 = 'dxcon-77777777';
const CARRIER_2 = 'dxcon-88888888';

/** Accounts by connection, in lives with a carrier. */
export const CARRIER_OF: Readonly<Record<string, string>> = { [CARRIER_1]: CARRIER, [CARRIER_2]: CARRIER };

/** Accounts by connection. */
export const OWNER_OF: Readonly<Record<string, string>> = {
  [ACME_1]: ACME,
  [ACME_2]: ACME,
  [ACME_3]: ACME,
  [BETA_1]: BETA,
  [BETA_2]: BETA,
  [UNKNOWN_CONNECTION]: UNKNOWN_REQUESTER,
  [LOOKALIKE]: UNKNOWN_REQUESTER,
  [OWN_CONNECTION]: RECIPIENT_ACCOUNT,
};

/** Accounts by LAG, on AWS. */
export const OWNER_OF_LAG: Readonly<Record<string, string>> = { [ACME_LAG]: ACME };

export const PROD = 'vgw-12345678';
export const LAB = 'vgw-87654321';
/** not attached at the start */
export const SPARE = 'vgw-0badcafe';
export const GATEWAYS = [PROD, LAB, SPARE] as const;
/** Direct Connect gateways on AWS, in lives with a carrier: what each serves never changes. */
export const HUB_PRIVATE = '11111111-2222-4333-8444-555555555555';
export const HUB_TRANSIT = '66666666-7777-4888-9999-aaaaaaaaaaaa';
export const HUBS = [HUB_PRIVATE, HUB_TRANSIT] as const;
export const TRANSIT_GATEWAY = 'tgw-0123456789abcdef0';
export const GATEWAY_ASN = 64512;

/** The type of interface that a gateway takes. */
export function typeOf(gateway: string): 'private' | 'transit' {
  return gateway === HUB_TRANSIT ? 'transit' : 'private';
}

export const REGION = 'eu-west-2';
export const TARGET = 'hub';
export const START = Date.parse('2026-11-02T08:00:00.000Z');

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** Part of every BGP key that a requester sets. */
export const PLANTED = 'Planted0Bgp0Key';
