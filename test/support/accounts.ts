import {
  AllocatePrivateVirtualInterfaceCommand,
  AllocatePublicVirtualInterfaceCommand,
  AllocateTransitVirtualInterfaceCommand,
  ConfirmPrivateVirtualInterfaceCommand,
  DeleteVirtualInterfaceCommand,
  DescribeVirtualInterfacesCommand,
  DirectConnectClient,
} from '@aws-sdk/client-direct-connect';
import type { Emulator } from '../../emulator/emulator.ts';

/** The accounts in every test. */
export const RECIPIENT_ACCOUNT = '012345678901';
export const ACME = '210987654321';
export const UNKNOWN_REQUESTER = '999999999999';

/** The fields of a request that a test chooses. `offer` fills in the others. */
export interface Offer {
  readonly connection: string;
  readonly vlan: number;
  readonly name?: string;
  readonly asn?: number;
  readonly authKey?: string;
  /** last two octets of the first address of the /30 in 169.254.0.0/16: `10.0` */
  readonly subnet?: string;
  readonly to?: string;
  readonly type?: 'private' | 'public' | 'transit';
}

/** Calls the API as any SDK user of this account. */
export function actAs(simulator: Emulator, account: string, region = 'eu-west-2') {
  const client = new DirectConnectClient({
    region,
    endpoint: simulator.url,
    credentials: { accessKeyId: account, secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return {
    /** @returns the new interface's ID */
    offer: async (offer: Offer): Promise<string> => {
      const { connection, vlan, type = 'private', to = RECIPIENT_ACCOUNT } = offer;
      const { name = `vlan-${vlan}`, asn = 65010, authKey, subnet = `10.${(vlan % 60) * 4}` } = offer;
      const [net = '10', first = '0'] = subnet.split('.');
      const base = { connectionId: connection, ownerAccount: to };
      const common = { virtualInterfaceName: name, vlan, asn, ...(authKey === undefined ? {} : { authKey }) };
      const addresses = {
        amazonAddress: `169.254.${net}.${Number(first) + 1}/30`,
        customerAddress: `169.254.${net}.${Number(first) + 2}/30`,
      };
      if (type === 'public') {
        const allocation = { ...common, ...addresses, routeFilterPrefixes: [{ cidr: '192.0.2.0/24' }] };
        const input = { ...base, newPublicVirtualInterfaceAllocation: allocation };
        return (await client.send(new AllocatePublicVirtualInterfaceCommand(input))).virtualInterfaceId ?? '';
      }
      if (type === 'transit') {
        const input = { ...base, newTransitVirtualInterfaceAllocation: { ...common, ...addresses } };
        const { virtualInterface } = await client.send(new AllocateTransitVirtualInterfaceCommand(input));
        return virtualInterface?.virtualInterfaceId ?? '';
      }
      const input = { ...base, newPrivateVirtualInterfaceAllocation: { ...common, ...addresses } };
      return (await client.send(new AllocatePrivateVirtualInterfaceCommand(input))).virtualInterfaceId ?? '';
    },
    confirm: async (id: string, virtualGatewayId: string): Promise<void> => {
      await client.send(
        new ConfirmPrivateVirtualInterfaceCommand({ virtualInterfaceId: id, virtualGatewayId }),
      );
    },
    withdraw: async (id: string): Promise<void> => {
      await client.send(new DeleteVirtualInterfaceCommand({ virtualInterfaceId: id }));
    },
    /** State and gateway of an interface according to the API: `state gateway`. */
    see: async (id: string): Promise<string> => {
      const { virtualInterfaces = [] } = await client.send(
        new DescribeVirtualInterfacesCommand({ virtualInterfaceId: id }),
      );
      const [vif] = virtualInterfaces;
      const gateway = vif?.virtualGatewayId || vif?.directConnectGatewayId;
      return vif === undefined ? 'nothing' : `${vif.virtualInterfaceState}${gateway ? ` ${gateway}` : ''}`;
    },
  };
}
