import { describe, expect, it } from 'vitest';
import { readScenario, startEmulator } from '../../emulator/emulator.ts';
import {
  adminRequest,
  confirm,
  gateway,
  listInterfaces,
  offerInterface,
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

  it('resets scenario, clock, IDs, faults and calls', async () => {
    const scenario = readScenario({
      region: 'eu-west-2',
      connections: [{ account: '210987654321', name: 'a', location: 'PAR1' }],
      allocations: [{ connection: 'a', to: '012345678901', name: 'a', vlan: 1, asn: 65010 }],
    });
    const simulator = await startTestEmulator({ scenario });
    const before = await listInterfaces(simulator);
    simulator.clock.advance('PT1H');
    await offerInterface(simulator);
    simulator.addFault({ kind: 'throttle', times: 'always' });
    const { answer } = await adminRequest(simulator, 'POST', 'reset');
    expect(answer).toEqual({ now: '2026-11-01T00:00:00.000Z' });
    expect(simulator.calls()).toEqual([]);
    expect(await listInterfaces(simulator)).toEqual(before);
    expect(simulator.world.connections.size).toBe(1);
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
    ['POST', 'clocks', {}, 404, 'no such path; available: /_simulator/clock, '],
    ['POST', 'interfaces', {}, 404, 'no such path'],
  ])('reports the error of %s %s %j', async (method, path, body, status, message) => {
    expect(await adminRequest(await startTestEmulator(), method, path, body)).toEqual({
      status,
      answer: { message: expect.stringContaining(message) },
    });
  });
});
