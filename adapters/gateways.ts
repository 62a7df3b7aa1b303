import {
  DescribeDirectConnectGatewayAssociationsCommand,
  DescribeDirectConnectGatewaysCommand,
} from '@aws-sdk/client-direct-connect';
import { ASSOCIATION_TYPES, type GatewayAssociation, servedKindsOf } from '../core/kinds.ts';
import type { Gateway, RouteTable, Routing } from '../core/model.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import { ApiFailure } from '../run/portErrors.ts';
import type { Gateways } from '../run/ports.ts';
import { FieldReader } from './awsProtocol/fieldReader.ts';
import { keepRaw, type Page, readAllPages } from './awsProtocol/pagesAndBatches.ts';
import { isXmlList, type QueryApi, type XmlFields, xmlItems, xmlText } from './awsProtocol/queryApi.ts';
import { type ApiClient, callRead } from './awsProtocol/sdkClient.ts';
import { readGatewayNetworks } from './gatewayNetworks.ts';

const DESCRIBE_ROUTE_TABLES = 'DescribeRouteTables';

/**
 * Reads every route table of these VPCs. EC2 and FCU both document the filter `vpc-id`; their other filters differ, so the
 * tables are filtered further here.
 * @throws ApiFailure, also if one of the VPCs has no route table, because every VPC has one
 */
async function readRouteTables(vpcs: readonly string[], ec2: QueryApi): Promise<RouteTable[]> {
  const values = vpcs.map((vpc, i) => [`Filter.1.Value.${i + 1}`, vpc]);
  const filter = { 'Filter.1.Name': 'vpc-id', ...Object.fromEntries(values) };
  const ask = async (nextToken: string | null): Promise<Page> => {
    const answer = await ec2.call(
      DESCRIBE_ROUTE_TABLES,
      nextToken === null ? filter : { ...filter, NextToken: nextToken },
    );
    const { routeTableSet: set, nextToken: next } = answer;
    return { items: isXmlList(set) ? xmlItems(set) : null, nextToken: next };
  };
  const found = (await readAllPages(ask, malformed, keepRaw)).map((item) => readTable({ ...Object(item) }));
  // If an API ignores the filter, the tables of other VPCs must not count.
  const ours = found.filter(({ vpc }) => vpcs.includes(vpc));
  const without = vpcs.find((vpc) => !ours.some((table) => table.vpc === vpc));
  if (without !== undefined) throw malformed('the answer has no route table of the VPC');
  return ours;
}

function readTable(item: XmlFields): RouteTable {
  const [id, vpc] = [xmlText(item.routeTableId), xmlText(item.vpcId)];
  // A table that cannot be read may have the route, so the result is unknown.
  if (id === null || vpc === null) throw malformed('a route table has no readable ID');
  const propagating = readList(item.propagatingVgwSet);
  // A detached gateway leaves its routes behind.
  const active = readList(item.routeSet).filter(({ state }) => state !== 'blackhole');
  const gateways = [...propagating, ...active].map(({ gatewayId }) => xmlText(gatewayId));
  return { id, vpc, gateways: [...new Set(gateways.filter((gateway) => gateway !== null))] };
}

/** Reads a list; an absent element is an empty one. */
function readList(element: unknown): readonly XmlFields[] {
  if (element === undefined) return [];
  if (!isXmlList(element)) throw malformed('a route table has text in the place of a list');
  return xmlItems(element);
}

function malformed(why: string): ApiFailure {
  return new ApiFailure(DESCRIBE_ROUTE_TABLES, 'malformed', why);
}

/** Lists every association of a Direct Connect gateway, as it came. @throws ApiFailure */
async function listAssociations(gateway: string, client: ApiClient): Promise<readonly unknown[]> {
  const operation = 'DescribeDirectConnectGatewayAssociations';
  const ask = async (nextToken: string | null): Promise<Page> => {
    const command = new DescribeDirectConnectGatewayAssociationsCommand({
      directConnectGatewayId: gateway,
      ...(nextToken === null ? {} : { nextToken }),
    });
    const page = await callRead(client, operation, (sdk, options) => sdk.send(command, options));
    return { items: page.directConnectGatewayAssociations, nextToken: page.nextToken };
  };
  return readAllPages(ask, (why) => new ApiFailure(operation, 'malformed', why), keepRaw);
}

/** Reads every association of a Direct Connect gateway. @throws ApiFailure */
async function readAssociations(gateway: string, client: ApiClient): Promise<GatewayAssociation[]> {
  return (await listAssociations(gateway, client)).map(readAssociation);
}

function readAssociation(raw: unknown): GatewayAssociation {
  const reader = new FieldReader(raw);
  const { associatedGateway, associatedCoreNetwork } = { ...Object(raw) };
  const gateway = isSet(associatedGateway) ? new FieldReader(associatedGateway).text('type') : null;
  const type = isSet(associatedCoreNetwork) ? 'coreNetwork' : gateway;
  // Fail closed: with both members set, neither is known to be right.
  const isClear = !(isSet(associatedGateway) && isSet(associatedCoreNetwork));
  return {
    state: reader.text('associationState'),
    type: isClear ? (ASSOCIATION_TYPES.find((known) => known === type) ?? null) : null,
  };
}

function isSet(member: unknown): boolean {
  return member !== undefined && member !== null;
}

/** Creates the port to the recipient's gateways: virtual ones from EC2 or FCU, Direct Connect gateways from Direct Connect. */
export function createGateways(ec2: QueryApi, client: ApiClient): Gateways {
  return {
    list: async (kinds) => {
      const virtual = kinds.has('virtual') ? await virtualGateways(ec2) : [];
      const directConnect = kinds.has('directConnect') ? await directConnectGateways(client) : [];
      return mergeDuplicates([...virtual, ...directConnect]);
    },
    servedKinds: async (gateway) => servedKindsOf(await readAssociations(gateway, client)),
    readRouting: (gateway) => routing(gateway, ec2, client),
    readNetworks: (gateway) =>
      readGatewayNetworks(gateway, ec2, {
        virtualGateways: () => virtualGateways(ec2),
        associations: () => listAssociations(gateway, client),
      }),
  };
}

/** Merges gateways with the same ID. Fail closed: if their content differs, nothing is known about that gateway. */
function mergeDuplicates(gateways: readonly Gateway[]): Gateway[] {
  const byId = new Map<string, Gateway>();
  for (const gateway of gateways) {
    const first = byId.get(gateway.id) ?? gateway;
    const isSame = JSON.stringify(first) === JSON.stringify(gateway);
    byId.set(
      gateway.id,
      isSame ? first : { ...first, state: null, attachedVpcs: [], asn: null, ownerAccount: null },
    );
  }
  return [...byId.values()];
}

async function routing(id: string, ec2: QueryApi, client: ApiClient): Promise<Routing> {
  if (gatewayKind(id) === 'directConnect')
    return { kind: 'directConnect', associations: await readAssociations(id, client) };
  const gateway = (await virtualGateways(ec2)).find((known) => known.id === id);
  const vpcs = gateway?.attachedVpcs ?? [];
  return { kind: 'virtual', vpcs, tables: vpcs.length === 0 ? [] : await readRouteTables(vpcs, ec2) };
}

/** Lists all virtual gateways, without naming IDs: on FCU one unknown ID may fail the whole call. This call has no pages. */
async function virtualGateways(ec2: QueryApi): Promise<Gateway[]> {
  const operation = 'DescribeVpnGateways';
  const answer = await ec2.call(operation);
  // Fail closed: an answer without the list does not mean that there are no gateways.
  if (!isXmlList(answer.vpnGatewaySet)) {
    throw new ApiFailure(operation, 'malformed', 'the answer has no `vpnGatewaySet`');
  }
  return xmlItems(answer.vpnGatewaySet).flatMap(readVirtualGateway);
}

function readVirtualGateway(item: XmlFields): Gateway[] {
  const id = xmlText(item.vpnGatewayId);
  if (id === null) return [];
  const attachments = xmlItems(item.attachments).filter((attachment) => attachment.state === 'attached');
  const asn = Number(xmlText(item.amazonSideAsn) ?? Number.NaN);
  return [
    {
      id,
      kind: 'virtual',
      state: xmlText(item.state),
      attachedVpcs: attachments.map(({ vpcId }) => xmlText(vpcId)).filter((vpc) => vpc !== null),
      asn: Number.isSafeInteger(asn) && asn > 0 ? asn : null,
      ownerAccount: null,
    },
  ];
}

async function directConnectGateways(client: ApiClient): Promise<Gateway[]> {
  const operation = 'DescribeDirectConnectGateways';
  const ask = async (nextToken: string | null): Promise<Page> => {
    const command = new DescribeDirectConnectGatewaysCommand(nextToken === null ? {} : { nextToken });
    const page = await callRead(client, operation, (sdk, options) => sdk.send(command, options));
    return { items: page.directConnectGateways, nextToken: page.nextToken };
  };
  const found = await readAllPages(ask, (why) => new ApiFailure(operation, 'malformed', why), keepRaw);
  return found.flatMap((raw) => {
    const reader = new FieldReader(raw);
    const id = reader.text('directConnectGatewayId');
    const state = reader.text('directConnectGatewayState');
    const asn = reader.integer('amazonSideAsn', 1, 4294967295);
    const ownerAccount = reader.text('ownerAccount');
    return id === null
      ? []
      : [{ id, kind: 'directConnect' as const, state, attachedVpcs: [], asn, ownerAccount }];
  });
}
