import * as z from 'zod';
import { type Point, putting, side } from '../algebra/fieldConstraint.ts';
import { members, only } from '../algebra/finiteSets.ts';
import { given, optional, perhaps } from '../algebra/optional.ts';
import { filledList } from '../scalarSchemas.ts';

const axis = {
  ...optional(members({ other: otherMtu, format: String })),
  name: 'mtu',
  source: null,
  get: ({ request }: Point) => request.mtu,
  put: putting((_, mtu: number | null) => ({ mtu })),
};

export const mtu = {
  schema: filledList(
    z.int().min(1).max(65535).describe('A maximum transmission unit in bytes, such as `1500` or `9001`.'),
    "The virtual interface's MTU is one of these. On AWS only.",
  ),
  providers: ['aws'],
  holds: true,
  normalise: (written: readonly number[]) => [...new Set(written)].sort((a, b) => a - b),
  fits: (wanted: readonly number[]) => [side(axis, given(only(wanted)))],
  mayFit: (wanted: readonly number[]) => [side(axis, perhaps(only(wanted)))],
  touches: (wanted: readonly number[]) => [side(axis, perhaps(only(wanted)))],
} as const;

function otherMtu(than: ReadonlySet<number>): number | null {
  for (let mtu = 1500; mtu <= 65_535; mtu += 1) if (!than.has(mtu)) return mtu;
  return null;
}
