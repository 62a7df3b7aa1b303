import {
  CreateConnectionCommand,
  CreateDirectConnectGatewayAssociationCommand,
  CreateLagCommand,
  DescribeConnectionsCommand,
  DescribeDirectConnectGatewayAssociationsCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { createInProcessEmulator } from '../../emulator/emulator.ts';
import { OWNER } from './emulatorClients.ts';
import { inProcessClient } from './inProcessClient.ts';
import { IDS } from './wire/callVariant.ts';
import { createRecordedWorld } from './wire/replayRecording.ts';

const asked = { location: 'PAR1', bandwidth: '1Gbps', connectionName: 'a', lagId: 'dxlag-1a2b3c4d' };

describe('a parameter takes effect', () => {
  it('is the LAG of a connection and its provider, on aws', async () => {
    const { directConnect } = inProcessClient(createInProcessEmulator({ dialect: 'aws' }, null), OWNER);
    const bundle = { location: 'PAR1', connectionsBandwidth: '1Gbps', lagName: 'a', numberOfConnections: 0 };
    const { lagId } = await directConnect.send(new CreateLagCommand(bundle));
    const wanted = { ...asked, lagId, providerName: 'Équinixe' };
    await directConnect.send(new CreateConnectionCommand(wanted));
    const { connections } = await directConnect.send(new DescribeConnectionsCommand({}));
    expect(connections).toMatchObject([wanted]);
  });

  it.each([
    ['outscale', 'dxlag-1a2b3c4d'],
    ['aws', 'dxlag-1a2b3c4d'],
    ['aws', 'dxcon-1a2b3c4d'],
  ] as const)('is no LAG on %s when it is %s', async (dialect, lagId) => {
    const { directConnect } = inProcessClient(createInProcessEmulator({ dialect }, null), OWNER);
    const sent = directConnect.send(new CreateConnectionCommand({ ...asked, lagId }));
    await expect(sent).rejects.toThrow(`Could not find LAG with ID ${lagId}`);
  });

  it('is what an association lets through', async () => {
    const { directConnect } = inProcessClient(createRecordedWorld('aws'), IDS.account);
    const prefixes = [{ cidr: '10.0.0.0/8' }, { cidr: 'fd00::/8' }];
    const ends = { directConnectGatewayId: IDS.hub, gatewayId: IDS.spare };
    await directConnect.send(
      new CreateDirectConnectGatewayAssociationCommand({
        ...ends,
        addAllowedPrefixesToDirectConnectGateway: prefixes,
      }),
    );
    const { directConnectGatewayAssociations } = await directConnect.send(
      new DescribeDirectConnectGatewayAssociationsCommand({ associatedGatewayId: IDS.spare }),
    );
    expect(directConnectGatewayAssociations).toMatchObject([
      { allowedPrefixesToDirectConnectGateway: prefixes },
    ]);
  });
});
