import { CreateBGPPeerCommand, DeleteBGPPeerCommand, type NewBGPPeer } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario } from '../../emulator/emulator.ts';
import {
  allocate,
  connect,
  defined,
  directConnect,
  OWNER,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
} from './emulatorClients.ts';

const refusal = { name: 'DirectConnectClientException' };
const theirs = { amazonAddress: '169.254.20.1/30', customerAddress: '169.254.20.2/30' };

function addPeer(simulator: Emulator, virtualInterfaceId: string, newBGPPeer: NewBGPPeer) {
  const addition = new CreateBGPPeerCommand({ virtualInterfaceId, newBGPPeer });
  return directConnect(simulator, OWNER).send(addition);
}

describe('a BGP peer that is added to an interface', () => {
  it('is the only one of its family and ASN until that one is deleted', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const id = await offerInterface(simulator);
    await expect(addPeer(simulator, id, { asn: 65010 })).rejects.toMatchObject(refusal);
    await addPeer(simulator, id, { asn: 65010, addressFamily: 'ipv6' });
    await expect(addPeer(simulator, id, { asn: 65010, addressFamily: 'ipv6' })).rejects.toMatchObject(
      refusal,
    );
    await directConnect(simulator, OWNER).send(
      new DeleteBGPPeerCommand({
        virtualInterfaceId: id,
        asn: 65010,
        customerAddress: '169.254.0.2/30',
      }),
    );
    await addPeer(simulator, id, { asn: 65010 });
  });

  it('has no address of another one', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    const id = await offerInterface(simulator, theirs);
    for (const addresses of [
      theirs,
      { amazonAddress: '169.254.20.1/29', customerAddress: '169.254.20.3/29' },
      { amazonAddress: '169.254.20.2/30', customerAddress: '169.254.20.1/30' },
    ]) {
      const added = addPeer(simulator, id, { asn: 65020, ...addresses });
      await expect(added).rejects.toMatchObject(refusal);
    }
  });

  it('is refused when every pair of addresses is in use', async () => {
    const peers = Array.from({ length: 16_383 }, (_, i) => {
      const address = (host: number) => `169.254.${(i + 1) >> 6}.${((i + 1) % 64) * 4 + host}/30`;
      return { asn: 65020, amazonAddress: address(1), customerAddress: address(2) };
    });
    const scenario = readScenario({
      region: 'eu-west-2',
      connections: [{ account: OWNER, name: 'full', location: 'PAR1' }],
      allocations: [{ connection: 'full', to: RECIPIENT, name: 'full', vlan: 2, asn: 65010, peers }],
    });
    const simulator = await startTestEmulator({ dialect: 'aws', scenario });
    const connectionId = await connect(simulator);
    const { amazonAddress, virtualInterfaceId } = await allocate(simulator, connectionId);
    expect(amazonAddress).toBe('169.254.0.1/30');
    const added = addPeer(simulator, defined(virtualInterfaceId), { asn: 65020 });
    await expect(added).rejects.toMatchObject(refusal);
    await addPeer(simulator, defined(virtualInterfaceId), { asn: 65020, addressFamily: 'ipv6' });
  });
});
