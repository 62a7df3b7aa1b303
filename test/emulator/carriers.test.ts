import { describe, expect, it } from 'vitest';
import { createInProcessEmulator, readScenario, ScenarioRefused } from '../../emulator/emulator.ts';
import { adminRequest, listInterfaces, OWNER, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

const CARRIER = 'dxcon-9a9b9c9d';
const OTHER = 'dxcon-1a2b3c4d';

const scenario = readScenario({
  region: 'eu-west-2',
  connections: [
    { account: OWNER, id: CARRIER, name: 'port 7', location: 'PAR1', carrier: true },
    { account: OWNER, id: OTHER, name: 'own', location: 'PAR1' },
  ],
  allocations: [
    { connection: 'port 7', requester: 'acme', to: RECIPIENT, name: 'prod', vlan: 1001, asn: 65010 },
  ],
});

const order = { connection: 'port 7', requester: 'zeta', to: RECIPIENT };

describe('a connection of a carrier', () => {
  it('takes the orders of its customers, each with the next free VLAN', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws', scenario });
    const first = await adminRequest(simulator, 'POST', 'orders', { ...order, name: 'prod', asn: 65010 });
    const second = await adminRequest(simulator, 'POST', 'orders', { ...order, requester: 'acme' });
    expect([first.answer, second.answer]).toMatchObject([
      { connection: CARRIER, requester: 'zeta', to: RECIPIENT, name: 'prod', vlan: 1002 },
      { requester: 'acme', name: 'acme', vlan: 1003 },
    ]);
    const { answer } = await adminRequest(simulator, 'GET', 'orders');
    expect(answer).toMatchObject({
      orders: [{ requester: 'acme', vlan: 1001 }, first.answer, second.answer],
    });
  });

  it('shows its customers neither to the recipient nor to the carrier, but its own orders', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws', scenario });
    await adminRequest(simulator, 'POST', 'orders', {
      ...order,
      name: 'prod',
      asn: 65010,
      authKey: 'open-sesame',
    });
    for (const account of [RECIPIENT, OWNER]) {
      const [rightful, copy] = await listInterfaces(simulator, account);
      expect(rightful).toMatchObject({ connectionId: CARRIER, virtualInterfaceName: 'prod', asn: 65010 });
      expect(copy).toMatchObject({
        ...{ connectionId: CARRIER, virtualInterfaceName: 'prod', asn: 65010, authKey: 'open-sesame' },
        virtualInterfaceState: 'confirming',
      });
      expect(JSON.stringify([rightful, copy])).not.toMatch(/acme|zeta/);
    }
  });

  it.each([
    [{ ...order, connection: 'own' }, '`requester` does not fit: `own` is no connection of a carrier'],
    [
      { ...order, connection: 'port 8' },
      '`connection` does not fit: no connection has the ID or name `port 8`',
    ],
    [{ ...order, to: '1' }, '`to` must be an account of 12 digits'],
    [{ ...order, mtu: 7 }, 'MTU 7 is not one of'],
    [{ ...order, vlan: 7 }, '`vlan` must be left out'],
    [{ ...order, requester: undefined }, '`requester` must be the name of a customer'],
  ])('refuses the order %j', async (body, message) => {
    const simulator = await startTestEmulator({ dialect: 'aws', scenario });
    expect(await adminRequest(simulator, 'POST', 'orders', body)).toEqual({
      status: 400,
      answer: { message: expect.stringContaining(message) },
    });
  });

  it('has no VLAN left after 3094 orders', () => {
    const simulation = createInProcessEmulator({ dialect: 'aws' }, scenario);
    const taken = simulation.world().interfaces;
    const [first] = taken.values();
    if (first === undefined) throw new Error('the scenario has no request');
    for (let vlan = 1002; vlan <= 4094; vlan += 1)
      taken.set(`dxvif-${vlan}`, { ...first, id: `dxvif-${vlan}`, vlan });
    const body = Buffer.from(JSON.stringify(order));
    const reply = simulation.handle({ method: 'POST', target: '/_simulator/orders', headers: {}, body });
    expect(reply).toMatchObject({
      status: 400,
      body: expect.stringContaining('VLAN 4094 is already in use'),
    });
  });

  it('is what an allocation with a requester needs', () => {
    const parts = readScenario({
      region: 'eu-west-2',
      connections: [{ account: OWNER, name: 'own', location: 'PAR1' }],
      allocations: [{ connection: 'own', requester: 'acme', to: RECIPIENT, name: 'a', vlan: 7, asn: 65010 }],
    });
    const refused = () => createInProcessEmulator({}, parts);
    expect(refused).toThrow(ScenarioRefused);
    expect(refused).toThrow('`allocations[0].requester` does not fit');
  });
});
