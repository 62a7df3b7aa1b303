import { describe, expect, it } from 'vitest';
import { createInProcessEmulator, type InProcessEmulator, readScenario } from '../../emulator/emulator.ts';
import { OWNER, RECIPIENT } from './emulatorClients.ts';
import { IDS } from './wire/callVariant.ts';
import { listRoutes } from './wire/listRoutes.ts';
import { createRecordedWorld } from './wire/replayRecording.ts';

const routes = [
  { cidr: '10.0.0.0/16', asPath: [65010, 65020], communities: ['7224:7100'] },
  { cidr: '2001:db8::/32', asPath: [65010] },
  { cidr: '10.9.0.0/16', direction: 'advertised', asPath: [64512] },
];

function setRoutes(simulation: InProcessEmulator, id: string, body: unknown) {
  const target = `/_simulator/interfaces/${id}`;
  const reply = simulation.handle({
    method: 'POST',
    target,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  });
  if (reply.kind !== 'response') throw new Error('there must be an answer');
  return { status: reply.status, answer: JSON.parse(reply.body) };
}

describe('the routes of an interface', () => {
  it('are those that a test set, in the form of the documentation', async () => {
    const simulation = createRecordedWorld('aws');
    setRoutes(simulation, IDS.request, { routes: [] });
    const empty = await listRoutes(simulation, { virtualInterfaceId: IDS.request });
    expect(empty).toEqual({ status: 200, answer: { virtualInterfaceId: IDS.request, routes: [] } });
    expect(setRoutes(simulation, IDS.request, { routes }).status).toBe(200);
    const { answer } = await listRoutes(simulation, { virtualInterfaceId: IDS.request });
    expect(answer.routes).toEqual([
      {
        cidr: '10.0.0.0/16',
        routeDirection: 'accepted',
        addressFamily: 'ipv4',
        asPath: [{ pathType: 'seq', path: [65010, 65020] }],
        communities: ['7224:7100'],
        awsLogicalDeviceId: expect.any(String),
        routeInstalledAt: expect.any(Number),
      },
      expect.objectContaining({ cidr: '2001:db8::/32', addressFamily: 'ipv6', communities: [] }),
      expect.objectContaining({ cidr: '10.9.0.0/16', routeDirection: 'advertised' }),
    ]);
  });

  it.each([
    [{ routeDirection: 'accepted' }, ['10.0.0.0/16', '2001:db8::/32']],
    [{ addressFamily: 'ipv6' }, ['2001:db8::/32']],
    [{ cidrs: ['10.9.0.0/16', '10.8.0.0/16'] }, ['10.9.0.0/16']],
    [{ asPath: [65020] }, ['10.0.0.0/16']],
    [{ communities: ['7224:7100'] }, ['10.0.0.0/16']],
    [{ routeDirection: 'advertised', addressFamily: 'ipv6' }, []],
  ])('that pass the filters %j are %j', async (filters, expected) => {
    const simulation = createRecordedWorld('aws');
    setRoutes(simulation, IDS.request, { routes });
    const { answer } = await listRoutes(simulation, { virtualInterfaceId: IDS.request, filters });
    expect(answer.routes.map(({ cidr }: { cidr: string }) => cidr)).toEqual(expected);
  });

  it('come in pages of at most 100', async () => {
    const simulation = createRecordedWorld('aws');
    const many = Array.from({ length: 150 }, (_, i) => ({ cidr: `10.${i}.0.0/16` }));
    setRoutes(simulation, IDS.request, { routes: many });
    const first = await listRoutes(simulation, { virtualInterfaceId: IDS.request, maxResults: 1000 });
    expect(first.answer.routes).toHaveLength(100);
    const { nextToken } = first.answer;
    const second = await listRoutes(simulation, { virtualInterfaceId: IDS.request, nextToken });
    expect(second.answer.routes).toHaveLength(50);
    expect(second.answer).not.toHaveProperty('nextToken');
  });

  it.each([
    ['aws', { virtualInterfaceId: 'dxvif-00000000' }, 'DirectConnectClientException'],
    ['aws', { virtualInterfaceId: IDS.request, filters: { cidrs: [] } }, 'DirectConnectClientException'],
    ['aws', { virtualInterfaceId: IDS.request, filters: { prefix: 'a' } }, 'DirectConnectClientException'],
    ['aws', {}, 'ValidationException'],
    ['outscale', { virtualInterfaceId: IDS.request }, 'UnknownOperationException'],
  ] as const)('on %s are refused with %j: %s', async (dialect, input, code) => {
    expect(await listRoutes(createRecordedWorld(dialect), input)).toMatchObject({
      status: 400,
      answer: { __type: code },
    });
  });

  it('can be given by a scenario, and are refused to an account that does not see the interface', async () => {
    const scenario = (to: string) =>
      readScenario({
        region: 'eu-west-2',
        options: { dialect: 'aws' },
        connections: [{ account: OWNER, name: 'a', location: 'PAR1' }],
        allocations: [{ connection: 'a', to, name: 'a', vlan: 7, asn: 65010, routes }],
      });
    for (const [to, status] of [
      [RECIPIENT, 200],
      ['999999999999', 400],
    ] as const) {
      const simulation = createInProcessEmulator({}, scenario(to));
      const [virtualInterfaceId] = simulation.world().interfaces.keys();
      expect((await listRoutes(simulation, { virtualInterfaceId })).status).toBe(status);
    }
  });

  it('are refused by the admin API if a route has no prefix', () => {
    const simulation = createRecordedWorld('aws');
    expect(setRoutes(simulation, IDS.request, { routes: [{ cidr: 'all' }] })).toEqual({
      status: 400,
      answer: { message: expect.stringContaining('routes[0].cidr') },
    });
    expect(setRoutes(simulation, 'dxvif-00000000', { routes }).status).toBe(404);
  });
});
