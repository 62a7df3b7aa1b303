import { type AccountRegion, mainRouteTable, type Tag, type Vpc, type World } from './world.ts';

/** The addresses of a VPC that is only named, by the attachment of a gateway or by a scenario. */
export const UNSPECIFIED_CIDR = '10.0.0.0/16';

/** Returns a VPC, and creates it at first use: a gateway can be attached to any VPC ID, so that no test must create one. */
export function findOrCreateVpc(world: World, place: AccountRegion, id: string): Vpc {
  const known = findVpc(world, place, id);
  return known ?? addVpc(world, place, { id, cidr: UNSPECIFIED_CIDR, tenancy: 'default', tags: [] });
}

/** `null` if the account has no such VPC in the region. */
export function findVpc(world: World, { account, region }: AccountRegion, id: string): Vpc | null {
  return world.vpcs.get(keyOf({ account, region, id })) ?? null;
}

interface NewVpc {
  readonly id: string;
  readonly cidr: string;
  readonly tenancy: string;
  readonly tags: readonly Tag[];
}

/** Adds a VPC with its main route table, default security group and default network ACL. */
export function addVpc(world: World, { account, region }: AccountRegion, wanted: NewVpc): Vpc {
  const place = { account, region };
  const number = wanted.id.replace(/^vpc-/, '');
  const vpc: Vpc = {
    ...place,
    ...wanted,
    securityGroup: { ...place, id: `sg-${number}`, tags: [] },
    networkAcl: { ...place, id: `acl-${number}`, tags: [] },
    attributes: {
      enableDnsSupport: true,
      enableDnsHostnames: false,
      enableNetworkAddressUsageMetrics: false,
    },
  };
  world.vpcs.set(keyOf(vpc), vpc);
  mainRouteTable(world, place, vpc.id);
  return vpc;
}

/** Removes a VPC with its main route table. */
export function removeVpc(world: World, vpc: Vpc): void {
  world.vpcs.delete(keyOf(vpc));
  world.routeTables.delete(mainRouteTable(world, vpc, vpc.id).id);
}

/** A VPC that is only named may have the same ID in two accounts. */
function keyOf({ account, region, id }: AccountRegion & { readonly id: string }): string {
  return `${account} ${region} ${id}`;
}
