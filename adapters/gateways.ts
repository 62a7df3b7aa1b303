import { DescribeDirectConnectGatewaysCommand } from '@aws-sdk/client-direct-connect';
import type { Gateway, Routing } from '../core/model.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import { ApiFailure } from '../run/portErrors.ts';
import type { Gateways } from '../run/ports.ts';
import { Reader } from './aws/fieldReader.ts';
import { allPages, asItCame, type Page } from './aws/pagination.ts';
import { isList, items, type QueryApi, type XmlFields, xmlText } from './aws/queryApi.ts';
import { type ReadClient, read } from './aws/sdkClient.ts';
import { associations, routeTables } from './routing.ts';

/** The recipient's gateways: virtual ones by EC2 or FCU, Direct Connect gateways by Direct Connect. */
export function createGateways(ec2: QueryApi, client: ReadClient): Gateways {
  return {
    list: async (kinds) => {
      const virtual = kinds.has('virtual') ? await virtualGateways(ec2) : [];
      const directConnect = kinds.has('directConnect') ? await directConnectGateways(client) : [];
      return distinct([...virtual, ...directConnect]);
    },
    routing: (gateway) => routing(gateway, ec2, client),
  };
}

/** Fail closed: an ID that stands there twice, with different content, is one of which nothing is known. */
function distinct(gateways: readonly Gateway[]): Gateway[] {
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

async function routing(id: string, ec2: QueryApi, client: ReadClient): Promise<Routing> {
  if (gatewayKind(id) === 'directConnect')
    return { kind: 'directConnect', associations: await associations(id, client) };
  const gateway = (await virtualGateways(ec2)).find((known) => known.id === id);
  const vpcs = gateway?.attachedVpcs ?? [];
  return { kind: 'virtual', vpcs, tables: vpcs.length === 0 ? [] : await routeTables(vpcs, ec2) };
}

/** Asked without IDs: on FCU one unknown ID may fail the whole call. The API has no pages for it. */
async function virtualGateways(ec2: QueryApi): Promise<Gateway[]> {
  const operation = 'DescribeVpnGateways';
  const answer = await ec2.call(operation);
  // Fail closed: an answer without the list is no list of none.
  if (!isList(answer.vpnGatewaySet)) {
    throw new ApiFailure(operation, 'malformed', 'the answer has no `vpnGatewaySet`');
  }
  return items(answer.vpnGatewaySet).flatMap(readVirtualGateway);
}

function readVirtualGateway(item: XmlFields): Gateway[] {
  const id = xmlText(item.vpnGatewayId);
  if (id === null) return [];
  const attachments = items(item.attachments).filter((attachment) => attachment.state === 'attached');
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

async function directConnectGateways(client: ReadClient): Promise<Gateway[]> {
  const operation = 'DescribeDirectConnectGateways';
  const ask = async (nextToken: string | null): Promise<Page> => {
    const command = new DescribeDirectConnectGatewaysCommand(nextToken === null ? {} : { nextToken });
    const page = await read(client, operation, (sdk, options) => sdk.send(command, options));
    return { items: page.directConnectGateways, nextToken: page.nextToken };
  };
  const found = await allPages(ask, (why) => new ApiFailure(operation, 'malformed', why), asItCame);
  return found.flatMap((raw) => {
    const reader = new Reader(raw);
    const id = reader.text('directConnectGatewayId');
    const state = reader.text('directConnectGatewayState');
    const asn = reader.integer('amazonSideAsn', 1, 4294967295);
    const ownerAccount = reader.text('ownerAccount');
    return id === null
      ? []
      : [{ id, kind: 'directConnect' as const, state, attachedVpcs: [], asn, ownerAccount }];
  });
}
