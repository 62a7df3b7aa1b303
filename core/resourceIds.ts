/** A part of AWS with accounts, host names and ARNs of its own. */
export interface Partition {
  /** as ARNs begin: `arn:NAME:` */
  readonly name: string;
  /** what host names end in */
  readonly domain: string;
}

const COMMERCIAL: Partition = { name: 'aws', domain: 'amazonaws.com' };

/** By how its regions begin, as the SDK's own endpoint rules have them; a test compares both. */
const PARTITIONS: Readonly<Record<string, readonly [name: string, domain: string]>> = {
  cn: ['aws-cn', 'amazonaws.com.cn'],
  'us-gov': ['aws-us-gov', COMMERCIAL.domain],
  eusc: ['aws-eusc', 'amazonaws.eu'],
  'us-iso': ['aws-iso', 'c2s.ic.gov'],
  'us-isob': ['aws-iso-b', 'sc2s.sgov.gov'],
  'eu-isoe': ['aws-iso-e', 'cloud.adc-e.uk'],
  'us-isof': ['aws-iso-f', 'csp.hci.ic.gov'],
};

/** Whether it is one of the partitions above: AWS may have opened others since. */
export function isKnownPartition(name: string): boolean {
  return name === COMMERCIAL.name || Object.values(PARTITIONS).some(([known]) => known === name);
}

/** The partition of a region of AWS. An unknown one counts as commercial, as it does for the SDK. */
export function partitionOf(region: string): Partition {
  const entry = Object.entries(PARTITIONS).find(([start]) => region.startsWith(`${start}-`));
  if (entry === undefined) return COMMERCIAL;
  const [, [name, domain]] = entry;
  return { name, domain };
}

/** Shapes of identifiers. No provider publishes a pattern, so these are loose: prefix, then letters and digits. */

export const ACCOUNT = /^[0-9]{12}$/;
const VIRTUAL_INTERFACE = /^dxvif-[0-9a-z]+$/;
export const CONNECTION = /^dx(con|lag)-[0-9a-z]+$/;
export const VIRTUAL_GATEWAY = /^vgw-[0-9a-f]{8}([0-9a-f]{9})?$/;
export const DIRECT_CONNECT_GATEWAY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function isVirtualInterfaceId(text: string): boolean {
  return VIRTUAL_INTERFACE.test(text);
}

/** A connection or a link aggregation group. */
export function isConnectionId(text: string): boolean {
  return CONNECTION.test(text);
}

/** Targets, owners, grants and gateway names share one shape: `[a-z][a-z0-9-]{0,62}`. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

export type GatewayKind = 'virtual' | 'directConnect';

/** Which kind of gateway an ID names, or `null` when it is no gateway ID. */
export function gatewayKind(text: string): GatewayKind | null {
  if (VIRTUAL_GATEWAY.test(text)) return 'virtual';
  if (DIRECT_CONNECT_GATEWAY.test(text)) return 'directConnect';
  return null;
}
