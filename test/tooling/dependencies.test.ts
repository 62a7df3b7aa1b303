import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isAtLeast } from '../../bin/nodeVersions.cjs';
import { readLock, runtimePaths } from '../../scripts/cycloneDx.ts';

const pins = z.record(z.string(), z.string());
const own = z
  .object({ dependencies: pins, devDependencies: pins, peerDependencies: pins })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const node = z
  .object({ optionalDependencies: pins })
  .parse(JSON.parse(readFileSync('tools/node/package.json', 'utf8')));
const registry = z
  .object({ dependencies: pins })
  .parse(JSON.parse(readFileSync('test/package/verdaccio/package.json', 'utf8')));
const pinned = Object.entries({
  ...own.dependencies,
  ...own.devDependencies,
  ...node.optionalDependencies,
  ...registry.dependencies,
}).sort();

/** The lowest version of a range: of `>=22.12.0`, or of the first part of `^22.21.0 || >=24.5.0`. */
function floorOf(range: string): string {
  const [, floor] = /^(?:>=|\^) ?(\d+(?:\.\d+)*)(?: \|\| .*)?$/.exec(range) ?? [];
  if (floor === undefined) throw new Error(`unknown form of a range: ${range}`);
  return floor;
}

const lock = readFileSync('package-lock.json', 'utf8');

/** Name and version of each row with a reason in the tables of CONTRIBUTING.md. */
function explained(): string[][] {
  const rows = readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| `([^`]+)` \| (\d\S*) \| \S.* \|$/gm);
  return [...rows].map(([, name = '', pin = '']) => [name, pin]).sort();
}

describe('dependencies', () => {
  it('are pinned to one version', () => {
    expect(pinned.filter(([, pin]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(pin))).toEqual([]);
  });

  it('are each explained in CONTRIBUTING.md, with their version', () => {
    expect(explained()).toEqual(pinned);
  });

  it('are peer dependencies if the user’s app must use the same: the CDK, from the pinned version on', () => {
    const { peerDependencies } = z
      .object({ peerDependencies: pins })
      .parse(JSON.parse(readFileSync('node_modules/aws-cdk-lib/package.json', 'utf8')));
    const pin = own.devDependencies['aws-cdk-lib'];
    expect(own.peerDependencies).toEqual({ 'aws-cdk-lib': `^${pin}`, ...peerDependencies });
  });

  it('support every Node that `engines` allows', () => {
    const asked = z.object({ engines: z.object({ node: z.string() }).optional() });
    const { engines } = z
      .object({ engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const all = z.object({ packages: z.record(z.string(), asked) }).parse(JSON.parse(lock)).packages;
    const floors = runtimePaths(readLock())
      .flatMap((path) => all[path]?.engines?.node ?? [])
      .map(floorOf);
    expect(floors.length).toBeGreaterThan(20);
    expect(floors.filter((floor) => !isAtLeast(floorOf(engines.node), floor))).toEqual([]);
  });

  it('are locked without the URL of a registry', () => {
    expect(lock).toContain('"integrity": "sha512-');
    expect(lock.match(/"resolved": .*/g)).toEqual(['"resolved": "emulator",', '"resolved": "tools/node",']);
  });

  it('are locked for every platform: `npm ci` refuses an incomplete lock', () => {
    const { packages } = z
      .object({ packages: z.record(z.string(), z.object({ optionalDependencies: pins.optional() })) })
      .parse(JSON.parse(lock));
    const locked = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const wanted = Object.values(packages).flatMap(({ optionalDependencies: some = {} }) =>
      Object.keys(some),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });
});
