import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import { adminRequest, directConnect, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

/** Long enough to be distinguished from the time of the answer itself. */
const WAIT = 150;

/** With a client that waits long enough. */
function listed(simulator: Emulator) {
  const client = directConnect(simulator, RECIPIENT, { patience: 90_000 });
  return client.send(new DescribeVirtualInterfacesCommand({}));
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

describe('the latency of the emulator', () => {
  it('delays every API answer, from the start or from a later time', async () => {
    const slow = await startTestEmulator({ latency: WAIT });
    expect(await took(() => listed(slow))).toBeGreaterThanOrEqual(WAIT - 2);

    const simulator = await startTestEmulator();
    expect(await adminRequest(simulator, 'GET', 'latency')).toEqual({ status: 200, answer: { ms: 0 } });
    expect(await adminRequest(simulator, 'POST', 'latency', { ms: WAIT })).toEqual({
      status: 200,
      answer: { ms: WAIT },
    });
    expect(await took(() => listed(simulator))).toBeGreaterThanOrEqual(WAIT - 2);
  });

  it('delays answers concurrently, not one after the other', async () => {
    const simulator = await startTestEmulator({ latency: 300 });
    expect(await took(() => Promise.all(Array.from({ length: 8 }, () => listed(simulator))))).toBeLessThan(
      8 * 300,
    );
  });

  it('does not delay the admin API, and is reset with the rest', async () => {
    const simulator = await startTestEmulator();
    simulator.setLatency(20_000);
    expect(await took(() => adminRequest(simulator, 'GET', 'clock'))).toBeLessThan(10_000);
    expect((await adminRequest(simulator, 'POST', 'reset')).status).toBe(200);
    expect((await adminRequest(simulator, 'GET', 'latency')).answer).toEqual({ ms: 0 });
    expect(() => simulator.setLatency(0.5)).toThrow('`latency` must be a whole number');
  });

  it('executes a call before its delay, and closes without waiting', async () => {
    const simulator = await startTestEmulator({ latency: 60_000 });
    const call = listed(simulator).catch(() => 'cut off');
    await expect.poll(() => simulator.calls().length).toBeGreaterThan(0);
    expect(await took(() => simulator.close())).toBeLessThan(10_000);
    expect(await call).toBe('cut off');
  });
});
