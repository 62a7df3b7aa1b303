/** An AWS partition: a part of AWS with its own accounts, host names and ARNs. */
export interface Partition {
  /** the second part of its ARNs: `arn:NAME:` */
  readonly name: string;
  /** the suffix of its host names */
  readonly domain: string;
}

const COMMERCIAL: Partition = { name: 'aws', domain: 'amazonaws.com' };

/** The other partitions, by the prefix of their regions. A test compares them with the endpoint rules of the SDK. */
const PARTITIONS: Readonly<Record<string, readonly [name: string, domain: string]>> = {
  cn: ['aws-cn', 'amazonaws.com.cn'],
  'us-gov': ['aws-us-gov', COMMERCIAL.domain],
  eusc: ['aws-eusc', 'amazonaws.eu'],
  'us-iso': ['aws-iso', 'c2s.ic.gov'],
  'us-isob': ['aws-iso-b', 'sc2s.sgov.gov'],
  'eu-isoe': ['aws-iso-e', 'cloud.adc-e.uk'],
  'us-isof': ['aws-iso-f', 'csp.hci.ic.gov'],
};

/** Whether the partition is listed above. AWS may have added others since. */
export function isKnownPartition(name: string): boolean {
  return name === COMMERCIAL.name || Object.values(PARTITIONS).some(([known]) => known === name);
}

/** The partition of an AWS region. An unknown region counts as commercial, as in the SDK. */
export function partitionOf(region: string): Partition {
  const entry = Object.entries(PARTITIONS).find(([start]) => region.startsWith(`${start}-`));
  if (entry === undefined) return COMMERCIAL;
  const [, [name, domain]] = entry;
  return { name, domain };
}

/** Patterns of resource IDs. No provider publishes a pattern, so these are loose: prefix, then letters and digits. */

export const ACCOUNT = /^[0-9]{12}$/;
export const VIRTUAL_INTERFACE = /^dxvif-[0-9a-z]+$/;
export const CONNECTION = /^dx(con|lag)-[0-9a-z]+$/;
export const VIRTUAL_GATEWAY = /^vgw-[0-9a-f]{8}([0-9a-f]{9})?$/;
export const DIRECT_CONNECT_GATEWAY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function isVirtualInterfaceId(text: string): boolean {
  return VIRTUAL_INTERFACE.test(text);
}

/** Whether a text is the ID of a connection or of a link aggregation group. */
export function isConnectionId(text: string): boolean {
  return CONNECTION.test(text);
}

/** Whether a text is a name of a target, owner, grant or gateway: `[a-z][a-z0-9-]{0,62}`. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

export type GatewayKind = 'virtual' | 'directConnect';

/** The kind of gateway that an ID names; `null` if it is not a gateway ID. */
export function gatewayKind(text: string): GatewayKind | null {
  if (VIRTUAL_GATEWAY.test(text)) return 'virtual';
  if (DIRECT_CONNECT_GATEWAY.test(text)) return 'directConnect';
  return null;
}
