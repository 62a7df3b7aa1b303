import {
  DeleteDirectConnectGatewayAssociationCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
  DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
import {
  CreateRouteCommand,
  DescribeRouteTablesCommand,
  DetachVpnGatewayCommand,
  DisableVgwRoutePropagationCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import type { Emulator } from '../../emulator/emulator.ts';
import { RECIPIENT_ACCOUNT } from './accounts.ts';

/** Changes the routes of the recipient's gateways. */
export function routesFor(simulator: Emulator) {
  const configuration = {
    region: 'eu-west-2',
    endpoint: simulator.url,
    credentials: { accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  const ec2 = new EC2Client(configuration);
  const directConnect = new DirectConnectClient(configuration);
  const tableOf = async (vpc: string): Promise<string> => {
    const Filters = [{ Name: 'vpc-id', Values: [vpc] }];
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
    return RouteTables?.[0]?.RouteTableId ?? '';
  };
  return {
    tableOf,
    stopPropagating: async (GatewayId: string, vpc: string): Promise<void> => {
      const RouteTableId = await tableOf(vpc);
      await ec2.send(new DisableVgwRoutePropagationCommand({ RouteTableId, GatewayId }));
    },
    addRoute: async (GatewayId: string, vpc: string): Promise<void> => {
      const RouteTableId = await tableOf(vpc);
      const DestinationCidrBlock = '192.0.2.0/24';
      await ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, GatewayId }));
    },
    detach: async (VpnGatewayId: string, VpcId: string): Promise<void> => {
      await ec2.send(new DetachVpnGatewayCommand({ VpnGatewayId, VpcId }));
    },
    dissociate: async (directConnectGatewayId: string): Promise<void> => {
      const { directConnectGatewayAssociations = [] } = await directConnect.send(
        new DescribeDirectConnectGatewayAssociationsCommand({ directConnectGatewayId }),
      );
      for (const { associationId } of directConnectGatewayAssociations)
        await directConnect.send(new DeleteDirectConnectGatewayAssociationCommand({ associationId }));
    },
  };
}
