import * as z from 'zod';
import { escapeText } from '../../core/printableText.ts';
import { members, only, otherText, type Ranges, ranges } from '../algebra/intervalSets.ts';
import { given, optional, type Point, perhaps, putting, side } from '../algebra/setAlgebra.ts';
import { connectionList } from '../idSchemas.ts';
import { filledList, sortedSet } from '../scalarSchemas.ts';
import { type Kind, mergedRanges, numberOrRange } from './numberRanges.ts';

const mtuConstraint = {
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
  fits: (wanted: readonly number[]) => [side(mtuConstraint, given(only(wanted)))],
  mayFit: (wanted: readonly number[]) => [side(mtuConstraint, perhaps(only(wanted)))],
  touches: (wanted: readonly number[]) => [side(mtuConstraint, perhaps(only(wanted)))],
} as const;

function otherMtu(than: ReadonlySet<number>): number | null {
  for (let mtu = 1500; mtu <= 65_535; mtu += 1) if (!than.has(mtu)) return mtu;
  return null;
}

const connectionConstraint = {
  ...optional(members({ other: otherText('dxcon-any'), format: escapeText })),
  name: 'connection',
  source: null,
  get: ({ request }: Point) => request.connection,
  put: putting((_, connection: string | null) => ({ connection })),
};

export const connection = {
  schema: connectionList('The virtual interface stands on one of these connections.'),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: sortedSet,
  fits: (wanted: readonly string[]) => [side(connectionConstraint, given(only(wanted)))],
  mayFit: (wanted: readonly string[]) => [side(connectionConstraint, perhaps(only(wanted)))],
  touches: (wanted: readonly string[]) => [side(connectionConstraint, perhaps(only(wanted)))],
} as const;

const KIND: Kind = { code: 'vlan', name: 'VLAN', least: 1, most: 4094 };

const axis = {
  ...optional(ranges(KIND.least, KIND.most)),
  name: 'vlan',
  source: null,
  get: ({ request }: Point) => request.vlan,
  put: putting((_, vlan: number | null) => ({ vlan })),
};

export const vlan = {
  schema: filledList(
    numberOrRange(KIND, 'A VLAN from 1 to 4094, or a range such as `100-199`.'),
    'The 802.1Q tag of the virtual interface is one of these.',
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: mergedRanges,
  fits: (wanted: Ranges) => [side(axis, given(wanted))],
  mayFit: (wanted: Ranges) => [side(axis, perhaps(wanted))],
  touches: (wanted: Ranges) => [side(axis, perhaps(wanted))],
} as const;
