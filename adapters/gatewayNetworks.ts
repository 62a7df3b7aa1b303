import { formatCidr, parseHostAddress } from '../core/ip.ts';
import type { Gateway, GatewayNetworks } from '../core/model.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import { ApiFailure } from '../run/portErrors.ts';
import { FieldReader } from './awsProtocol/fieldReader.ts';
import { keepRaw, type Page, readAllPages } from './awsProtocol/pagesAndBatches.ts';
import {
  isXmlList,
  type QueryApi,
  type XmlFields,
  xmlFields,
  xmlItems,
  xmlText,
} from './awsProtocol/queryApi.ts';

const DESCRIBE_VPCS = 'DescribeVpcs';

/** What is behind a gateway. */
export interface BehindGateway {
  /** every virtual private gateway of the caller */
  virtualGateways(): Promise<readonly Gateway[]>;
  /** the associations of the gateway, as they came, if it is a Direct Connect gateway */
  associations(): Promise<readonly unknown[]>;
}

/**
 * Reads the networks of the VPCs to which a gateway leads: those to which a virtual private gateway is attached, or to which the virtual private
 * gateways of this account and region lead that are associated with a Direct Connect gateway.
 * @throws ApiFailure
 */
export async function readGatewayNetworks(
  id: string,
  ec2: QueryApi,
  { virtualGateways, associations }: BehindGateway,
): Promise<GatewayNetworks> {
  const ids = gatewayKind(id) === 'virtual' ? [id] : (await associations()).flatMap(associatedGateway);
  if (ids.length === 0) return { networks: [], elsewhere: [] };
  const known = new Map((await virtualGateways()).map((gateway) => [gateway.id, gateway]));
  const vpcs = new Set(ids.flatMap((one) => known.get(one)?.attachedVpcs ?? []));
  return {
    networks: vpcs.size === 0 ? [] : await readVpcs(vpcs, ec2),
    elsewhere: ids.filter((one) => !known.has(one)),
  };
}

/** The ID of the gateway or core network of an association, unless the association has ended. */
function associatedGateway(raw: unknown): string[] {
  const { associatedGateway, associatedCoreNetwork } = { ...Object(raw) };
  if (new FieldReader(raw).text('associationState') === 'disassociated') return [];
  const id =
    new FieldReader(associatedGateway ?? {}).text('id') ??
    new FieldReader(associatedCoreNetwork ?? {}).text('id');
  return [id ?? 'unknown'];
}

async function readVpcs(vpcs: ReadonlySet<string>, ec2: QueryApi): Promise<GatewayNetworks['networks']> {
  const values = [...vpcs].map((vpc, i) => [`Filter.1.Value.${i + 1}`, vpc]);
  const filter = { 'Filter.1.Name': 'vpc-id', ...Object.fromEntries(values) };
  const ask = async (nextToken: string | null): Promise<Page> => {
    const answer = await ec2.call(
      DESCRIBE_VPCS,
      nextToken === null ? filter : { ...filter, NextToken: nextToken },
    );
    const { vpcSet: set, nextToken: next } = answer;
    return { items: isXmlList(set) ? xmlItems(set) : null, nextToken: next };
  };
  const found = (await readAllPages(ask, malformed, keepRaw)).map(xmlFields);
  return found.flatMap((vpc) => {
    const id = xmlText(vpc.vpcId);
    // If an API ignores the filter, the networks of other VPCs must not count.
    return id === null || !vpcs.has(id) ? [] : networksOf(vpc).map((cidr) => ({ vpc: id, cidr }));
  });
}

/** The blocks of a VPC, of both families: the first one, and those that were associated later. */
function networksOf(vpc: XmlFields): string[] {
  const [set4, set6] = [vpc.cidrBlockAssociationSet, vpc.ipv6CidrBlockAssociationSet];
  const associated = [
    ...xmlItems(set4)
      .filter((item) => isAssociated(item.cidrBlockState))
      .map(({ cidrBlock }) => cidrBlock),
    ...xmlItems(set6)
      .filter((item) => isAssociated(item.ipv6CidrBlockState))
      .map(({ ipv6CidrBlock }) => ipv6CidrBlock),
  ];
  const blocks = [vpc.cidrBlock, ...associated].map(xmlText).filter((block) => block !== null);
  const addresses = blocks.map(parseHostAddress);
  if (addresses.length === 0 || addresses.includes(null))
    throw malformed('a VPC has no readable block of addresses');
  return [...new Set(addresses.flatMap((address) => (address === null ? [] : [formatCidr(address.subnet)])))];
}

function isAssociated(state: unknown): boolean {
  const word = xmlText(xmlFields(state).state);
  return word !== 'disassociated' && word !== 'failed';
}

function malformed(why: string): ApiFailure {
  return new ApiFailure(DESCRIBE_VPCS, 'malformed', why);
}
