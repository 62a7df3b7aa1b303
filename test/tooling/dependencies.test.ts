import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const pins = z.record(z.string(), z.string());
const own = z
  .object({ dependencies: pins, devDependencies: pins, peerDependencies: pins })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const node = z
  .object({ optionalDependencies: pins })
  .parse(JSON.parse(readFileSync('tools/node/package.json', 'utf8')));
const pinned = Object.entries({
  ...own.dependencies,
  ...own.devDependencies,
  ...node.optionalDependencies,
}).sort();

const lock = readFileSync('package-lock.json', 'utf8');

/** Name and pin of each row of the tables in CONTRIBUTING.md that has a reason too. */
function explained(): string[][] {
  const rows = readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| `([^`]+)` \| (\d\S*) \| \S.* \|$/gm);
  return [...rows].map(([, name = '', pin = '']) => [name, pin]).sort();
}

describe('dependencies', () => {
  it('are pinned to one version', () => {
    expect(pinned.filter(([, pin]) => !/^\d+\.\d+\.\d+$/.test(pin))).toEqual([]);
  });

  it('are each explained, with their pin, in CONTRIBUTING.md', () => {
    expect(explained()).toEqual(pinned);
  });

  it('are asked of whoever installs the package where both must use the same: the CDK, from our pin on', () => {
    const { peerDependencies } = z
      .object({ peerDependencies: pins })
      .parse(JSON.parse(readFileSync('node_modules/aws-cdk-lib/package.json', 'utf8')));
    const pin = own.devDependencies['aws-cdk-lib'];
    expect(own.peerDependencies).toEqual({ 'aws-cdk-lib': `^${pin}`, ...peerDependencies });
  });

  it('are locked without a word of where they came from', () => {
    expect(lock).toContain('"integrity": "sha512-');
    expect(lock.match(/"resolved": .*/g)).toEqual(['"resolved": "tools/node",']);
  });

  it('are locked for every platform: `npm ci` refuses a lock that leaves one out', () => {
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
