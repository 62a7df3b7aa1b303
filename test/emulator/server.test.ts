import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { DescribeVirtualInterfacesCommand } from '@aws-sdk/client-direct-connect';
import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/emulator.ts';
import { directConnect, listInterfaces, RECIPIENT, startTestEmulator } from './emulatorClients.ts';

describe('the server', () => {
  it('refuses a body over 1 MB with 413 and continues', async () => {
    const simulator = await startTestEmulator();
    const post = (size: number) => fetch(simulator.url, { method: 'POST', body: 'x'.repeat(size) });
    expect((await post(1_000_001)).status).toBe(413);
    expect((await post(1_000_000)).status).toBe(404);
    expect(await listInterfaces(simulator)).toEqual([]);
  });

  it('listens on loopback only', async () => {
    const simulator = await startTestEmulator();
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    // Without a network there is no other address, so the test is trivially true.
    const reached =
      outside !== undefined &&
      (await new Promise((resolve) => {
        const asked = request({ host: outside.address, port: simulator.port }, () => resolve(true));
        asked.once('error', () => resolve(false)).end();
      }));
    expect(reached).toBe(false);
  });

  it.each([
    ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['localhost', /^http:\/\/localhost:\d+$/],
  ])('listens on %s when asked to, and names a URL that this machine reaches', async (host, url) => {
    const simulator = await startTestEmulator({ host });
    expect(simulator.url).toMatch(url);
    expect(simulator.host).toBe(host);
    expect((await fetch(`${simulator.url}/_simulator/health`)).status).toBe(200);
  });

  it('does not take an empty host, which would mean every address', async () => {
    await expect(startEmulator({ host: '' })).rejects.toMatchObject({ name: 'InvalidInput', path: 'host' });
  });

  it('closes immediately while a call hangs, and the call fails', async () => {
    const simulator = await startEmulator();
    simulator.addFault({ kind: 'hang' });
    const hung = expect(
      directConnect(simulator, RECIPIENT, { patience: 60_000 }).send(
        new DescribeVirtualInterfacesCommand({}),
      ),
    ).rejects.toThrow();
    await expect.poll(() => simulator.calls().length).toBe(1);
    await simulator.close();
    await hung;
    await expect(fetch(simulator.url)).rejects.toThrow();
  });

  it('rejects if its port is in use', async () => {
    const { port } = await startTestEmulator();
    await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it.each([
    ['GET', '/', undefined],
    ['POST', '/', '{}'],
    ['POST', '/elsewhere', 'Action=DescribeVpnGateways'],
  ])('answers 404 to %s %s with body %s', async (method, path, body) => {
    const simulator = await startTestEmulator();
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(404);
  });

  it.each([
    ['x-amz-target', 'OvertureService.Nothing'],
    ['content-type', 'application/x-www-form-urlencoded'],
  ])('refuses an unsigned call with %s %s', async (name, value) => {
    const simulator = await startTestEmulator();
    const headers = { [name]: value };
    const response = await fetch(simulator.url, { method: 'POST', headers, body: 'Action=Nothing' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('MissingAuthenticationToken');
  });
});
