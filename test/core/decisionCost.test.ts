import { expect, it } from 'vitest';
import { openCases } from '../../lambda/core/case.ts';
import { codesOf } from '../../lambda/core/decide.ts';
import { aLiveVif, anOwner, aPolicy, aVif, aWorld } from '../support/builders.ts';

it('deciding about thousands of requests of one owner reads each a few times, not once for each of the others', () => {
  let reads = 0;
  const requests = Array.from({ length: 2000 }, (_, place) => {
    const request = aVif({ id: `dxvif-${String(place).padStart(8, '0')}` });
    return Object.defineProperty({ ...request }, 'state', {
      enumerable: true,
      get: () => {
        reads += 1;
        return request.state;
      },
    });
  });
  const policy = aPolicy({ owners: [anOwner({ limit: 1 })] });
  const world = aWorld({ interfaces: [...requests, aLiveVif({ id: 'dxvif-zzzzzzzz' })] });
  const cases = openCases(policy, requests, {}, world, new Date('2026-11-10T12:00:00.000Z'));
  const codes = [...cases.values()].map(({ decision }) => codesOf(decision).join());
  expect(new Set(codes)).toEqual(new Set(['owner-limit']));
  expect(reads).toBeLessThan(20 * requests.length);
});
