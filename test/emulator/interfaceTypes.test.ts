import {
  AllocatePublicVirtualInterfaceCommand,
  AllocateTransitVirtualInterfaceCommand,
} from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import {
  confirm,
  connect,
  defined,
  directConnect,
  gateway,
  listInterfaces,
  OWNER,
  RECIPIENT,
  startTestEmulator,
} from './emulatorClients.ts';

const dialect = 'aws';

describe('interfaces that are not private', () => {
  it('are shown to the recipient, who cannot confirm them as private ones', async () => {
    const simulator = await startTestEmulator({ dialect });
    const connectionId = await connect(simulator);
    const owner = directConnect(simulator, OWNER);
    await owner.send(
      new AllocatePublicVirtualInterfaceCommand({
        connectionId,
        ownerAccount: RECIPIENT,
        newPublicVirtualInterfaceAllocation: {
          virtualInterfaceName: 'public',
          vlan: 201,
          asn: 65010,
          routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }],
        },
      }),
    );
    const transit = await owner.send(
      new AllocateTransitVirtualInterfaceCommand({
        connectionId,
        ownerAccount: RECIPIENT,
        newTransitVirtualInterfaceAllocation: { virtualInterfaceName: 'transit', vlan: 202, asn: 65010 },
      }),
    );
    expect(await listInterfaces(simulator)).toMatchObject([
      {
        virtualInterfaceType: 'public',
        virtualInterfaceState: 'confirming',
        routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }],
      },
      { virtualInterfaceType: 'transit', virtualInterfaceState: 'confirming' },
    ]);
    const id = defined(transit.virtualInterface?.virtualInterfaceId);
    await expect(confirm(simulator, id, await gateway(simulator))).rejects.toThrow('transit');
  });
});
