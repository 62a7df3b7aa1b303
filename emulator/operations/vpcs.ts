import { exactObject, list, oneOf, optional, type Reader, text, textMatching } from '../decoders.ts';
import { addVpc, findVpc, removeVpc } from '../vpcs.ts';
import { ApiError, type Context, type Operation, type Output, operation } from '../wire.ts';
import { isIn, type Vpc } from '../world.ts';
import { tagSpecifications } from './ec2Tags.ts';
import { applyFilters, type FilterTable, LISTING } from './filters.ts';
import { paginateEc2 } from './listParameters.ts';

/** The query protocol carries text only; osc-cli writes `True`. */
const flagText: Reader<boolean> = (value, path) =>
  textMatching('true or false', /^(true|false)$/i)(value, path).toLowerCase() === 'true';

const createVpc = operation(
  exactObject({
    CidrBlock: text,
    InstanceTenancy: optional(oneOf(['default', 'dedicated']), 'default'),
    // IPv6 is not emulated. Terraform sends `false`.
    AmazonProvidedIpv6CidrBlock: optional(textMatching('false: IPv6 is not emulated', /^false$/i), 'false'),
    TagSpecification: tagSpecifications('vpc'),
  }),
  (context, { CidrBlock, InstanceTenancy: tenancy, TagSpecification: tags }) => {
    const { world } = context;
    const id = world.ids.vpc(world.dialect.gatewayDigits);
    const vpc = addVpc(world, context, { id, cidr: vpcBlock(CidrBlock), tenancy, tags });
    return { vpc: { ...present(vpc), state: 'pending' } };
  },
);

/** The block of a VPC, which is not of every size. Throws `ApiError`. */
function vpcBlock(asked: string): string {
  const block = networkOf(asked, 'cidrBlock');
  const bits = Number(block.split('/')[1]);
  if (bits < 16 || bits > 28) throw new ApiError('InvalidVpc.Range', `The CIDR '${asked}' is invalid.`);
  return block;
}

/** An IPv4 block without bits of hosts, as EC2 stores it. Throws `ApiError`. */
export function networkOf(block: string, parameter: string): string {
  const [, address = '', length = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(block) ?? [];
  const octets = address.split('.').map(Number);
  const bits = Number(length);
  if (address === '' || octets.some((octet) => octet > 255) || bits > 32) {
    const message = `Value (${block}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`;
    throw new ApiError('InvalidParameterValue', message);
  }
  const kept = octets.map((octet, i) => octet & (0xff << (8 - Math.min(8, Math.max(0, bits - 8 * i)))));
  return `${kept.join('.')}/${bits}`;
}

const deleteVpc = operation(exactObject({ VpcId: text }), (context, { VpcId }) => {
  const vpc = ownVpc(context, VpcId);
  const attached = [...context.world.virtualGateways.values()].some(
    (gateway) =>
      isIn(context, gateway) && gateway.attachment?.state === 'attached' && gateway.attachment.vpc === VpcId,
  );
  if (attached) {
    const message = `The vpc '${VpcId}' has dependencies and cannot be deleted.`;
    throw new ApiError('DependencyViolation', message);
  }
  removeVpc(context.world, vpc);
  return { return: true };
});

const VPC_FILTERS: FilterTable<Vpc> = {
  cidr: ({ cidr }) => [cidr],
  'cidr-block': ({ cidr }) => [cidr],
  'cidr-block-association.cidr-block': ({ cidr }) => [cidr],
  'is-default': () => ['false'],
  isDefault: () => ['false'],
  'owner-id': ({ account }) => [account],
  state: () => ['available'],
  'vpc-id': ({ id }) => [id],
};

const describeVpcs = operation(
  exactObject({ VpcId: optional(list(text), null), ...LISTING }),
  (context, { VpcId: ids, Filter: filters, ...page }) => {
    const asked = ids === null ? ownVpcs(context) : ids.map((id) => ownVpc(context, id));
    const found = applyFilters(asked, filters, VPC_FILTERS);
    const { items, next } = paginateEc2(found, page, context.world.dialect);
    return { vpcSet: items.map(present), ...next };
  },
);

const ATTRIBUTES = ['enableDnsSupport', 'enableDnsHostnames', 'enableNetworkAddressUsageMetrics'] as const;

const describeVpcAttribute = operation(
  exactObject({ VpcId: text, Attribute: oneOf(ATTRIBUTES) }),
  (context, { VpcId, Attribute }) => {
    const { id, attributes } = ownVpc(context, VpcId);
    return { vpcId: id, [Attribute]: { value: attributes[Attribute] } };
  },
);

const attributeValue = optional(exactObject({ Value: flagText }), null);

/** Attributes are only stored: nothing of the emulator depends on them. */
const modifyVpcAttribute = operation(
  exactObject({
    VpcId: text,
    EnableDnsSupport: attributeValue,
    EnableDnsHostnames: attributeValue,
    EnableNetworkAddressUsageMetrics: attributeValue,
  }),
  (context, { VpcId, EnableDnsSupport, EnableDnsHostnames, EnableNetworkAddressUsageMetrics }) => {
    const vpc = ownVpc(context, VpcId);
    if (EnableDnsSupport !== null && EnableDnsHostnames !== null) {
      const message = 'EnableDnsSupport and EnableDnsHostnames must be modified by two requests.';
      throw new ApiError('InvalidParameterCombination', message);
    }
    const { attributes } = vpc;
    vpc.attributes = {
      enableDnsSupport: EnableDnsSupport?.Value ?? attributes.enableDnsSupport,
      enableDnsHostnames: EnableDnsHostnames?.Value ?? attributes.enableDnsHostnames,
      enableNetworkAddressUsageMetrics:
        EnableNetworkAddressUsageMetrics?.Value ?? attributes.enableNetworkAddressUsageMetrics,
    };
    return { return: true };
  },
);

export function ownVpcs(context: Context): Vpc[] {
  return [...context.world.vpcs.values()].filter((vpc) => isIn(context, vpc));
}

function ownVpc(context: Context, id: string): Vpc {
  const vpc = findVpc(context.world, context, id);
  if (vpc !== null) return vpc;
  throw new ApiError('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
}

function present({ id, account, cidr, tenancy, tags }: Vpc): Output {
  return {
    vpcId: id,
    ownerId: account,
    state: 'available',
    cidrBlock: cidr,
    cidrBlockAssociationSet: [
      {
        associationId: id.replace(/^vpc-/, 'vpc-cidr-assoc-'),
        cidrBlock: cidr,
        cidrBlockState: { state: 'associated' },
      },
    ],
    dhcpOptionsId: 'default',
    instanceTenancy: tenancy,
    isDefault: false,
    tagSet: tags,
  };
}

export const VPC_OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateVpc: createVpc,
  DeleteVpc: deleteVpc,
  DescribeVpcs: describeVpcs,
  DescribeVpcAttribute: describeVpcAttribute,
  ModifyVpcAttribute: modifyVpcAttribute,
};
