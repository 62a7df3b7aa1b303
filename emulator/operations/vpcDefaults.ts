import { exactObject, list, optional, text } from '../decoders.ts';
import { ApiError, type Operation, type Output, operation } from '../wire.ts';
import type { Tag, Vpc } from '../world.ts';
import { applyFilters, type FilterTable, LISTING } from './filters.ts';
import { paginateEc2 } from './listParameters.ts';
import { ownVpcs } from './vpcs.ts';

/** What every VPC has from the start: a default security group and a default network ACL, with the rules that EC2 gives them. */
interface Default {
  readonly id: string;
  readonly vpc: Vpc;
  readonly tags: readonly Tag[];
}

const GROUP_NAME = 'default';
const GROUP_DESCRIPTION = 'default VPC security group';

const COMMON_FILTERS: FilterTable<Default> = {
  'owner-id': ({ vpc }) => [vpc.account],
  'vpc-id': ({ vpc }) => [vpc.id],
};

const GROUP_FILTERS: FilterTable<Default> = {
  ...COMMON_FILTERS,
  description: () => [GROUP_DESCRIPTION],
  'group-id': ({ id }) => [id],
  'group-name': () => [GROUP_NAME],
};

const describeSecurityGroups = operation(
  exactObject({ GroupId: optional(list(text), null), GroupName: optional(list(text), null), ...LISTING }),
  (context, { GroupId: ids, GroupName: names, Filter: filters, ...page }) => {
    const groups = ownVpcs(context).map((vpc): Default => ({ ...vpc.securityGroup, vpc }));
    const notFound = 'InvalidGroup.NotFound';
    const asked = byIds(
      groups,
      ids,
      (id) => new ApiError(notFound, `The security group '${id}' does not exist`),
    );
    const other = names?.find((name) => name !== GROUP_NAME);
    if (other !== undefined) throw new ApiError(notFound, `The security group '${other}' does not exist`);
    const { items, next } = paginateEc2(
      applyFilters(asked, filters, GROUP_FILTERS),
      page,
      context.world.dialect,
    );
    return { securityGroupInfo: items.map(presentGroup), ...next };
  },
);

function presentGroup({ id, vpc, tags }: Default): Output {
  return {
    ownerId: vpc.account,
    groupId: id,
    groupName: GROUP_NAME,
    groupDescription: GROUP_DESCRIPTION,
    vpcId: vpc.id,
    ipPermissions: [{ ipProtocol: '-1', groups: [{ userId: vpc.account, groupId: id }], ipRanges: [] }],
    ipPermissionsEgress: [{ ipProtocol: '-1', groups: [], ipRanges: [{ cidrIp: '0.0.0.0/0' }] }],
    tagSet: tags,
  };
}

const ACL_FILTERS: FilterTable<Default> = {
  ...COMMON_FILTERS,
  'association.subnet-id': () => [],
  default: () => ['true'],
  'network-acl-id': ({ id }) => [id],
};

const describeNetworkAcls = operation(
  exactObject({ NetworkAclId: optional(list(text), null), ...LISTING }),
  (context, { NetworkAclId: ids, Filter: filters, ...page }) => {
    const acls = ownVpcs(context).map((vpc): Default => ({ ...vpc.networkAcl, vpc }));
    const notFound = 'InvalidNetworkAclID.NotFound';
    const asked = byIds(
      acls,
      ids,
      (id) => new ApiError(notFound, `The networkAcl ID '${id}' does not exist`),
    );
    const { items, next } = paginateEc2(
      applyFilters(asked, filters, ACL_FILTERS),
      page,
      context.world.dialect,
    );
    return { networkAclSet: items.map(presentAcl), ...next };
  },
);

function presentAcl({ id, vpc, tags }: Default): Output {
  const entries = [false, true].flatMap((egress) => [
    { ruleNumber: 100, protocol: '-1', ruleAction: 'allow', egress, cidrBlock: '0.0.0.0/0' },
    { ruleNumber: 32_767, protocol: '-1', ruleAction: 'deny', egress, cidrBlock: '0.0.0.0/0' },
  ]);
  return {
    networkAclId: id,
    vpcId: vpc.id,
    default: true,
    entrySet: entries,
    associationSet: [],
    ownerId: vpc.account,
    tagSet: tags,
  };
}

/** Those with the IDs, in their order; `null`: all. */
function byIds(
  all: readonly Default[],
  ids: readonly string[] | null,
  missing: (id: string) => ApiError,
): readonly Default[] {
  if (ids === null) return all;
  return ids.map((wanted) => {
    const found = all.find(({ id }) => id === wanted);
    if (found === undefined) throw missing(wanted);
    return found;
  });
}

export const VPC_DEFAULT_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeNetworkAcls: describeNetworkAcls,
};
