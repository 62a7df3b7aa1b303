import { describe, expect, it } from 'vitest';
import { type Emulator, readScenario, startEmulator } from '../../emulator/emulator.ts';
import {
  adminRequest,
  confirm,
  connect,
  gateway,
  listInterfaces,
  offerInterface,
  RECIPIENT,
  startTestEmulator,
  states,
} from './emulatorClients.ts';

describe('the admin API', () => {
  it('returns and advances the clock', async () => {
    const simulator = await startTestEmulator();
    const callClock = async (method: string, body?: unknown) =>
      (await adminRequest(simulator, method, 'clock', body)).answer;
    expect(await callClock('GET')).toEqual({ now: '2026-11-01T00:00:00.000Z' });
    expect(await callClock('POST', { advance: 'PT6H' })).toEqual({ now: '2026-11-01T06:00:00.000Z' });
    expect(await callClock('POST', { advance: 'P1W2DT1H2M3S' })).toEqual({ now: '2026-11-10T07:02:03.000Z' });
    expect(simulator.clock.now().toISOString()).toBe('2026-11-10T07:02:03.000Z');
  });

  it('keeps the clock within valid dates, and never sets it back', async () => {
    const simulator = await startTestEmulator({ now: '+275000-01-01T00:00:00Z' });
    expect(() => simulator.clock.advance('P99999W')).toThrow('`advance` must be a positive amount');
    expect(() => simulator.clock.advance(-1)).toThrow('`advance` must be a positive amount');
    expect(simulator.clock.now().toISOString()).toBe('+275000-01-01T00:00:00.000Z');
  });

  it('advances the clock only as far as every call still works', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws', now: '9000-01-01T00:00:00Z' });
    for (const advance of ['P99999W', 'P1000W', 'P10W', 'P1D', 'PT1H', 'PT1M']) {
      let last = 200;
      while (last === 200) last = (await adminRequest(simulator, 'POST', 'clock', { advance })).status;
      expect(last).toBe(400);
    }
    expect(await listInterfaces(simulator)).toEqual([]);
    expect((await adminRequest(simulator, 'GET', 'clock')).answer).toEqual({
      now: '9999-01-01T00:00:00.000Z',
    });
  });

  it('follows the real time if no start is given', async () => {
    const simulator = await startEmulator();
    expect(Math.abs(simulator.clock.now().getTime() - Date.now())).toBeLessThan(5000);
    await simulator.close();
  });

  it.each(['down', 'pending', 'approving', 'confirming'])(
    'puts an interface into %s, in which it stays',
    async (state) => {
      const simulator = await startTestEmulator({ dialect: 'outscale' });
      const id = await offerInterface(simulator);
      await confirm(simulator, id, await gateway(simulator));
      expect(await adminRequest(simulator, 'POST', `interfaces/${id}`, { state })).toEqual({
        status: 200,
        answer: { id, state },
      });
      simulator.clock.advance('P30D');
      expect(await states(simulator)).toEqual([state]);
    },
  );

  it('lets an interface that was forced to end disappear in time', async () => {
    const simulator = await startTestEmulator();
    simulator.forceState(await offerInterface(simulator), 'deleted');
    simulator.clock.advance('PT15M');
    expect(await states(simulator)).toEqual([]);
  });

  it('answers a probe without a signature, by GET and by HEAD', async () => {
    const simulator = await startTestEmulator({ dialect: 'aws' });
    expect(await adminRequest(simulator, 'GET', 'health')).toEqual({
      status: 200,
      answer: { status: 'ok', dialect: 'aws' },
    });
    const head = await fetch(`${simulator.url}/_simulator/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(simulator.calls()).toEqual([]);
  });

  it('resets scenario, clock, faults and calls', async () => {
    const scenario = readScenario({
      region: 'eu-west-2',
      connections: [{ account: '210987654321', name: 'a', location: 'PAR1' }],
      allocations: [{ connection: 'a', to: '012345678901', name: 'a', vlan: 7, asn: 65010 }],
    });
    const simulator = await startTestEmulator({ scenario });
    const before = await listInterfaces(simulator);
    simulator.clock.advance('PT1H');
    await offerInterface(simulator);
    simulator.addFault({ kind: 'throttle', times: 'always' });
    const { answer } = await adminRequest(simulator, 'POST', 'reset');
    expect(answer).toEqual({ now: '2026-11-01T00:00:00.000Z' });
    expect(simulator.calls()).toEqual([]);
    const after = await listInterfaces(simulator);
    expect(after.map(({ virtualInterfaceName }) => virtualInterfaceName)).toEqual(['a']);
    expect(before).toHaveLength(1);
    expect(simulator.world.connections.size).toBe(1);
  });

  it('gives no ID again after a reset, and the same IDs after a start', async () => {
    const idsOf = async (simulator: Emulator): Promise<string[]> => [
      await connect(simulator),
      await offerInterface(simulator),
      await gateway(simulator, RECIPIENT),
    ];
    const simulator = await startTestEmulator();
    const first = await idsOf(simulator);
    simulator.reset();
    const second = await idsOf(simulator);
    expect(second.filter((id) => first.includes(id))).toEqual([]);
    expect(await idsOf(await startTestEmulator())).toEqual(first);
  });

  it.each([
    ['POST', 'clock', { advance: '6h' }, 400, '`advance` must be a duration of weeks, days'],
    ['POST', 'clock', { advance: 'PT' }, 400, '`advance` must be a duration'],
    ['POST', 'clock', { advance: 'P1M' }, 400, '`advance` must be a duration'],
    ['POST', 'clock', { advanced: 'PT6H' }, 400, '`advanced` must be left out (known here: advance)'],
    ['POST', 'clock', undefined, 400, 'it must be an object, got nothing'],
    ['POST', 'interfaces/dxvif-00000000', { state: 'down' }, 404, 'has the ID `dxvif-00000000`'],
    ['POST', 'interfaces/dxvif-00000000', { state: '' }, 400, '`state` must be a state such as `down`'],
    ['POST', 'latency', { ms: -1 }, 400, '`ms` must be a whole number from 0 to 600000, got `-1`'],
    ['POST', 'latency', { milliseconds: 40 }, 400, '`milliseconds` must be left out (known here: ms)'],
    ['DELETE', 'latency', undefined, 405, '`latency` takes GET, POST, got `DELETE`'],
    ['PUT', 'clock', {}, 405, '`clock` takes GET, POST, got `PUT`'],
    ['POST', 'clocks', {}, 404, 'no such path; available: /_simulator/'],
    ['POST', 'interfaces', {}, 404, 'no such path'],
  ])('reports the error of %s %s %j', async (method, path, body, status, message) => {
    expect(await adminRequest(await startTestEmulator(), method, path, body)).toEqual({
      status,
      answer: { message: expect.stringContaining(message) },
    });
  });
});
