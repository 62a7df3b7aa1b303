import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { prepareTerraform } from './terraformCli.ts';

const prepared = await prepareTerraform(join(import.meta.dirname, 'terraform'));
const skipped = typeof prepared === 'string' ? ` (skipped: ${prepared})` : '';

/** Runs a command over the configuration. @returns the end of its output if its exit code is another */
async function terraform(emulator: Emulator, stage: string, command: string, ...args: readonly string[]) {
  if (typeof prepared === 'string') throw new Error(prepared);
  const variables = [`-var=endpoint=${emulator.url}`, `-var=stage=${stage}`];
  const { code, output } = await prepared.run(command, '-input=false', ...variables, ...args);
  if (code !== 0) console.error(output);
  return code;
}

/** What is not deleted: a deleted connection stays listed for a while, such as the first one of a LAG, which the provider deletes. */
function live(...kinds: readonly ReadonlyMap<string, Resource>[]): Resource[] {
  return kinds.flatMap((all) => [...all.values()]).filter(({ state }) => state !== 'deleted');
}

interface Resource {
  readonly id: string;
  readonly state?: string;
  readonly tags?: readonly object[];
}

// Each step continues what the one before left.
describe.skipIf(skipped !== '')("Terraform's AWS provider", { timeout: 300_000 }, () => {
  let emulator: Emulator;
  const interfaces = () =>
    [...emulator.world.interfaces.values()].map(({ name, state }) => ({ name, state }));

  beforeAll(async () => {
    const soon = 'PT1S';
    // Terraform waits for these states in real time.
    emulator = await startEmulator({
      dialect: 'aws',
      provisioningTime: soon,
      deletionTime: soon,
      connectionDeletionTime: soon,
      associationTime: soon,
      disassociationTime: soon,
    });
  });
  afterAll(async () => {
    await emulator.close();
    if (typeof prepared !== 'string') prepared.remove();
  });

  it(`creates connections, gateways, interfaces and accepters of two accounts${skipped}`, async () => {
    expect(await terraform(emulator, 'one', 'apply', '-auto-approve')).toBe(0);
    expect(interfaces()).toEqual(
      expect.arrayContaining(
        ['to-vpc', 'to-hub', 'to-transit-hub'].map((name) => ({ name, state: 'available' })),
      ),
    );
  });

  it(`plans no change of what it created${skipped}`, async () => {
    // With this flag the exit code is 2 if the plan has a change.
    expect(await terraform(emulator, 'one', 'plan', '-detailed-exitcode')).toBe(0);
  });

  it(`changes the tags of every resource that has tags${skipped}`, async () => {
    expect(await terraform(emulator, 'two', 'apply', '-auto-approve')).toBe(0);
    const { connections, lags, interfaces: vifs, virtualGateways, vpcs } = emulator.world;
    const tagged = live(connections, lags, vifs, virtualGateways, vpcs);
    expect(tagged.length).toBeGreaterThan(5);
    expect(tagged.map(({ id, tags }) => ({ id, tags }))).toEqual(
      tagged.map(({ id }) => ({ id, tags: [{ key: 'stage', value: 'two' }] })),
    );
    expect(await terraform(emulator, 'two', 'plan', '-detailed-exitcode')).toBe(0);
  });

  it(`destroys everything${skipped}`, async () => {
    expect(await terraform(emulator, 'two', 'destroy', '-auto-approve')).toBe(0);
    const { connections, lags, virtualGateways, directConnectGateways, gatewayAssociations, vpcs } =
      emulator.world;
    for (const all of [
      connections,
      lags,
      virtualGateways,
      directConnectGateways,
      gatewayAssociations,
      vpcs,
    ]) {
      expect(live(all)).toEqual([]);
    }
    for (const { state } of interfaces()) expect(state).toMatch(/^(deleted|rejected)$/);
  });
});
