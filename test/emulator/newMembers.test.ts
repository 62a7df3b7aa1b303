import { describe, expect, it } from 'vitest';
import { createInProcessEmulator, type DialectName, readScenario } from '../../emulator/emulator.ts';
import { OWNER, RECIPIENT } from './emulatorClients.ts';
import { IDS } from './wire/callVariant.ts';
import { recordingsOf } from './wire/recordingFiles.ts';
import { createRecordedWorld, replayRecording } from './wire/replayRecording.ts';
import { withBody } from './wire/resignRequest.ts';

/** Sends members that the SDK does not know. @returns status and parsed body */
async function call(operation: string, input: object, simulation = createRecordedWorld('aws')) {
  const [recording] = recordingsOf(operation);
  if (recording === undefined) throw new Error(`${operation} is not recorded`);
  const sent = await withBody(recording, 'directconnect', JSON.stringify(input));
  const { status, body } = replayRecording(simulation, sent);
  return { status, answer: JSON.parse(body) };
}

const wanted = { virtualInterfaceName: 'a', vlan: 7, asn: 65010 };
const allocation = (rateLimit: string) => ({
  connectionId: IDS.other,
  ownerAccount: RECIPIENT,
  newPrivateVirtualInterfaceAllocation: { ...wanted, rateLimit },
});

describe('members that are newer than the SDK', () => {
  it('are a rate limit, which an allocation sets and the connection counts', async () => {
    const simulation = createRecordedWorld('aws');
    const made = await call('AllocatePrivateVirtualInterface', allocation('1.5Gbps'), simulation);
    expect(made.answer).toMatchObject({ rateLimit: '1.5Gbps' });
    const { answer } = await call('DescribeConnections', { connectionId: IDS.other }, simulation);
    expect(answer.connections).toMatchObject([{ rateLimiterStatus: { inUse: 1 } }]);
    const without = await call('DescribeConnections', { connectionId: IDS.member }, simulation);
    expect(without.answer.connections[0]).not.toHaveProperty('rateLimiterStatus');
  });

  it.each([
    ['aws', 'fast'],
    ['outscale', '500Mbps'],
  ] as const)('are refused on %s if the rate limit is `%s`', async (dialect, rateLimit) => {
    const simulation = createRecordedWorld(dialect);
    const { status } = await call('AllocatePrivateVirtualInterface', allocation(rateLimit), simulation);
    expect(status).toBe(400);
  });

  it('are changed by an update, one by one', async () => {
    const change = { virtualInterfaceId: IDS.request, prefixPoolAllocatedCountIpv6: 20 };
    const { answer } = await call('UpdateVirtualInterfaceAttributes', change);
    expect(answer).toMatchObject({
      rateLimit: '500Mbps',
      prefixPoolAllocatedCountIpv4: 100,
      prefixPoolAllocatedCountIpv6: 20,
    });
  });

  it('are not there unless they were set', async () => {
    const { answer } = await call('AllocatePrivateVirtualInterface', {
      ...allocation(''),
      connectionId: IDS.connection,
    });
    expect(Object.keys(answer).filter((name) => /rateLimit|prefixPool/.test(name))).toEqual([]);
  });
});

describe('BGP peers of a scenario', () => {
  const connection = { account: OWNER, id: 'dxcon-1a2b3c4d', name: 'a', location: 'PAR1' };
  const peer = { asn: 65020, customerAddress: '169.254.20.2/30', bgpPeerState: 'archived' };
  const scenario = readScenario({
    region: 'eu-west-2',
    connections: [connection],
    allocations: [
      {
        ...{ connection: 'a', to: IDS.account, name: 'a', vlan: 1, asn: 65010, authKey: 'first-key' },
        bgpPeerState: 'deleting',
        peers: [peer, { asn: 65030, addressFamily: 'ipv6' }],
      },
    ],
  });
  const simulationOf = (dialect: DialectName) =>
    createInProcessEmulator({ dialect, now: new Date('2026-11-01') }, scenario);
  const shown = async (simulation: ReturnType<typeof simulationOf>) => {
    const { answer } = await call('DescribeVirtualInterfaces', {}, simulation);
    return answer.virtualInterfaces[0];
  };

  it('have the states that it names, and the first that is not over speaks for the interface', async () => {
    expect(await shown(simulationOf('aws'))).toMatchObject({
      asn: 65020,
      customerAddress: '169.254.20.2/30',
      bgpPeers: [
        { asn: 65010, authKey: 'first-key', bgpPeerState: 'deleting', bgpStatus: 'down' },
        { asn: 65020, bgpPeerState: 'archived' },
        { asn: 65030, addressFamily: 'ipv6', bgpPeerState: 'pending' },
      ],
    });
  });

  it('change their states by the controls, and a deleted one disappears', async () => {
    const simulation = simulationOf('aws');
    const [, second] = (await shown(simulation)).bgpPeers;
    const headers = {};
    const body = Buffer.from(JSON.stringify({ state: 'deleted' }));
    const target = `/_simulator/peers/${second.bgpPeerId}`;
    expect(simulation.handle({ method: 'POST', target, headers, body })).toMatchObject({ status: 200 });
    expect((await shown(simulation)).bgpPeers[1]).toMatchObject({ bgpPeerState: 'deleted' });
    simulation.advance(20 * 60_000);
    expect((await shown(simulation)).bgpPeers).toMatchObject([{ asn: 65030 }]);
  });
});
