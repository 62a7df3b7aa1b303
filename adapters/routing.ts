import { DescribeDirectConnectGatewayAssociationsCommand } from '@aws-sdk/client-direct-connect';
import type { RouteTable } from '../core/model.ts';
import { ApiFailure } from '../run/portErrors.ts';
import { Reader } from './aws/fieldReader.ts';
import { allPages, asItCame, type Page } from './aws/pagination.ts';
import { isList, items, type QueryApi, type XmlFields, xmlText } from './aws/queryApi.ts';
import { type ReadClient, read } from './aws/sdkClient.ts';

const TABLES = 'DescribeRouteTables';

/**
 * Every route table of these VPCs. The filter is one that EC2 and FCU both document; what is wanted of a table is read
 * here, for of the others they do not have the same.
 * @throws ApiFailure, also when one of the VPCs has none, which no VPC has
 */
export async function routeTables(vpcs: readonly string[], ec2: QueryApi): Promise<RouteTable[]> {
  const values = vpcs.map((vpc, i) => [`Filter.1.Value.${i + 1}`, vpc]);
  const filter = { 'Filter.1.Name': 'vpc-id', ...Object.fromEntries(values) };
  const ask = async (nextToken: string | null): Promise<Page> => {
    const answer = await ec2.call(TABLES, nextToken === null ? filter : { ...filter, NextToken: nextToken });
    const { routeTableSet: set, nextToken: next } = answer;
    return { items: isList(set) ? items(set) : null, nextToken: next };
  };
  const found = (await allPages(ask, malformed, asItCame)).map((item) => readTable({ ...Object(item) }));
  // A filter that is not heeded must not let the tables of another VPC speak for ours.
  const ours = found.filter(({ vpc }) => vpcs.includes(vpc));
  const without = vpcs.find((vpc) => !ours.some((table) => table.vpc === vpc));
  if (without !== undefined) throw malformed('the answer has no route table of the VPC');
  return ours;
}

function readTable(item: XmlFields): RouteTable {
  const [id, vpc] = [xmlText(item.routeTableId), xmlText(item.vpcId)];
  // One that cannot be read may be the one that leads on: then nobody knows.
  if (id === null || vpc === null) throw malformed('a route table has no readable ID');
  const propagating = listIn(item.propagatingVgwSet);
  // What was detached leaves its routes behind.
  const leading = listIn(item.routeSet).filter(({ state }) => state !== 'blackhole');
  const gateways = [...propagating, ...leading].map(({ gatewayId }) => xmlText(gatewayId));
  return { id, vpc, gateways: [...new Set(gateways.filter((gateway) => gateway !== null))] };
}

/** An element that is left out is an empty list. */
function listIn(element: unknown): readonly XmlFields[] {
  if (element === undefined) return [];
  if (!isList(element)) throw malformed('a route table has a text for a list');
  return items(element);
}

function malformed(why: string): ApiFailure {
  return new ApiFailure(TABLES, 'malformed', why);
}

/** The state of every association of a Direct Connect gateway; `null` where it cannot be read. @throws ApiFailure */
export async function associations(gateway: string, client: ReadClient): Promise<(string | null)[]> {
  const operation = 'DescribeDirectConnectGatewayAssociations';
  const ask = async (nextToken: string | null): Promise<Page> => {
    const command = new DescribeDirectConnectGatewayAssociationsCommand({
      directConnectGatewayId: gateway,
      ...(nextToken === null ? {} : { nextToken }),
    });
    const page = await read(client, operation, (sdk, options) => sdk.send(command, options));
    return { items: page.directConnectGatewayAssociations, nextToken: page.nextToken };
  };
  const found = await allPages(ask, (why) => new ApiFailure(operation, 'malformed', why), asItCame);
  return found.map((raw) => new Reader(raw).text('associationState'));
}
