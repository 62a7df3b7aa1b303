/** A part of AWS with accounts, host names and ARNs of its own. */
export interface Partition {
  /** as ARNs begin: `arn:NAME:` */
  readonly name: string;
  /** what host names end in */
  readonly domain: string;
}

const COMMERCIAL: Partition = { name: 'aws', domain: 'amazonaws.com' };

/** By the beginning of the region, as the SDK's own endpoint rules have them; a test compares both. */
const PARTITIONS: readonly (readonly [region: RegExp, partition: Partition])[] = [
  [/^cn-/, { name: 'aws-cn', domain: 'amazonaws.com.cn' }],
  [/^us-gov-/, { name: 'aws-us-gov', domain: 'amazonaws.com' }],
  [/^eusc-/, { name: 'aws-eusc', domain: 'amazonaws.eu' }],
  [/^us-iso-/, { name: 'aws-iso', domain: 'c2s.ic.gov' }],
  [/^us-isob-/, { name: 'aws-iso-b', domain: 'sc2s.sgov.gov' }],
  [/^eu-isoe-/, { name: 'aws-iso-e', domain: 'cloud.adc-e.uk' }],
  [/^us-isof-/, { name: 'aws-iso-f', domain: 'csp.hci.ic.gov' }],
];

/** Whether it is one of the partitions above: AWS may have opened others since. */
export function isKnownPartition(name: string): boolean {
  return name === COMMERCIAL.name || PARTITIONS.some(([, partition]) => partition.name === name);
}

/** The partition of a region of AWS. One that nobody knows counts as commercial, as it does for the SDK. */
export function partitionOf(region: string): Partition {
  return PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? COMMERCIAL;
}
