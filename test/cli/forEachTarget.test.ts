import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forEachTarget } from '../../cli/runTarget.ts';
import { compilePolicies } from '../../language/index.ts';

const REGIONS = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'];

function policies() {
  const compiled = compilePolicies(
    REGIONS.map((region) => ({
      file: `${region}.yaml`,
      text: `version: 1
recipient: { provider: outscale, region: ${region}, account: "012345678901" }
owners: { acme: { connections: [dxcon-11111111], gateway: vgw-12345678 } }
`,
    })),
  );
  if (!compiled.ok) throw new Error('the policies of this test have errors');
  return compiled.policies;
}

it('a target that throws does not stop the others, and its error is rethrown after all have ended', async () => {
  const ended: string[] = [];
  const { results, rethrow } = await forEachTarget(policies(), async ({ policy: { target } }) => {
    if (target === 'r1' || target === 'r4') throw new Error(`${target} is broken`);
    await pause(target === 'r0' ? 50 : 5);
    ended.push(target);
    return target;
  });
  expect(results).toEqual(['r0', 'r2', 'r3', 'r5', 'r6']);
  expect(ended.toSorted()).toEqual(results);
  expect(rethrow).toThrow('r1 is broken');
});

it('a visit that throws synchronously is handled like any other', async () => {
  const { results, rethrow } = await forEachTarget(policies(), ({ policy: { target } }) => {
    if (target !== 'r6') throw new Error(`${target} is broken`);
    return Promise.resolve(target);
  });
  expect(results).toEqual(['r6']);
  expect(rethrow).toThrow('r0 is broken');
});

it('rethrow does nothing when no visit threw, and no targets give no results', async () => {
  const { results, rethrow } = await forEachTarget([], () => Promise.resolve('none'));
  rethrow();
  expect(results).toEqual([]);
});
