import { onTestFinished } from 'vitest';
import { RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from './accounts.ts';
import { json, type Received, type Reply, startApi, xml } from './apiServer.ts';
import { PROD } from './cloud.ts';

/** A Direct Connect gateway of another account that the recipient can see. */
export const FOREIGN_GATEWAY = '7c1b9e2a-5d34-4f60-9a11-0c2d3e4f5a62';

const DX_GATEWAYS = [
  {
    directConnectGatewayId: FOREIGN_GATEWAY,
    directConnectGatewayState: 'available',
    amazonSideAsn: 64512,
    ownerAccount: UNKNOWN_REQUESTER,
  },
];

/** An API with virtual interfaces that the emulator cannot create. It is stopped after the test. */
export interface FixedCloud {
  /** command-line options with its endpoints */
  readonly where: readonly string[];
}

/**
 * @param listed interfaces of a listing
 * @param described answers to a description by ID; otherwise the interface of the listing
 */
export async function startFixedCloud(
  listed: readonly object[],
  described: (id: string) => readonly object[] | undefined = () => undefined,
): Promise<FixedCloud> {
  const api = await startApi((request) => replyOf(request, listed, described));
  onTestFinished(() => api.close());
  return { where: ['--endpoint', api.url, '--gateway-endpoint', api.url] };
}

function replyOf(
  { operation, body }: Received,
  listed: readonly object[],
  described: (id: string) => readonly object[] | undefined,
): Reply {
  switch (operation) {
    case 'DescribeVirtualInterfaces': {
      const { virtualInterfaceId: id }: { virtualInterfaceId?: string } = JSON.parse(body);
      const items = id === undefined ? listed : (described(id) ?? listed.filter((item) => hasId(item, id)));
      return json({ virtualInterfaces: items });
    }
    case 'GetCallerIdentity':
      return xml(
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${RECIPIENT_ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    case 'DescribeVpnGateways':
      return xml(
        `<DescribeVpnGatewaysResponse><vpnGatewaySet><item><vpnGatewayId>${PROD}</vpnGatewayId><state>available</state>` +
          '<attachments><item><vpcId>vpc-1</vpcId><state>attached</state></item></attachments></item></vpnGatewaySet></DescribeVpnGatewaysResponse>',
      );
    case 'DescribeDirectConnectGateways':
      return json({ directConnectGateways: DX_GATEWAYS });
    default:
      return json({ __type: 'AccessDeniedException', message: operation }, 400);
  }
}

function hasId(item: object, id: string): boolean {
  return 'virtualInterfaceId' in item && item.virtualInterfaceId === id;
}
