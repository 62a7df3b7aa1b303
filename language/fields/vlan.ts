import * as z from 'zod';
import { escapeText } from '../../core/printableText.ts';
import { finiteSets, type IntervalSet, intervalSets, oneOf, unusedText } from '../algebra/intervalSets.ts';
import {
  constrain,
  givenOrAbsent,
  nullableSets,
  onlyGiven,
  type Point,
  updateRequest,
} from '../algebra/setAlgebra.ts';
import { connectionList } from '../idSchemas.ts';
import { nonEmptyList, sortedSet } from '../scalarSchemas.ts';
import { mergeRanges, type NumberKind, numberOrRange } from './numberRanges.ts';

const mtuConstraint = {
  ...nullableSets(finiteSets({ other: otherMtu, format: String })),
  name: 'mtu',
  source: null,
  get: ({ request }: Point) => request.mtu,
  put: updateRequest((_, mtu: number | null) => ({ mtu })),
};

export const mtu = {
  schema: nonEmptyList(
    z.int().min(1).max(65535).describe('A maximum transmission unit in bytes, such as `1500` or `9001`.'),
    "The virtual interface's MTU is one of these. On AWS only.",
  ),
  providers: ['aws'],
  holds: true,
  normalise: (written: readonly number[]) => [...new Set(written)].sort((a, b) => a - b),
  fits: (wanted: readonly number[]) => [constrain(mtuConstraint, onlyGiven(oneOf(wanted)))],
  mayFit: (wanted: readonly number[]) => [constrain(mtuConstraint, givenOrAbsent(oneOf(wanted)))],
  touches: (wanted: readonly number[]) => [constrain(mtuConstraint, givenOrAbsent(oneOf(wanted)))],
} as const;

function otherMtu(than: ReadonlySet<number>): number | null {
  for (let mtu = 1500; mtu <= 65_535; mtu += 1) if (!than.has(mtu)) return mtu;
  return null;
}

const connectionConstraint = {
  ...nullableSets(finiteSets({ other: unusedText('dxcon-any'), format: escapeText })),
  name: 'connection',
  source: null,
  get: ({ request }: Point) => request.connection,
  put: updateRequest((_, connection: string | null) => ({ connection })),
};

export const connection = {
  schema: connectionList('The virtual interface is on one of these connections.'),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: sortedSet,
  fits: (wanted: readonly string[]) => [constrain(connectionConstraint, onlyGiven(oneOf(wanted)))],
  mayFit: (wanted: readonly string[]) => [constrain(connectionConstraint, givenOrAbsent(oneOf(wanted)))],
  touches: (wanted: readonly string[]) => [constrain(connectionConstraint, givenOrAbsent(oneOf(wanted)))],
} as const;

const KIND: NumberKind = { code: 'vlan', name: 'VLAN', least: 1, most: 4094 };

const axis = {
  ...nullableSets(intervalSets(KIND.least, KIND.most)),
  name: 'vlan',
  source: null,
  get: ({ request }: Point) => request.vlan,
  put: updateRequest((_, vlan: number | null) => ({ vlan })),
};

export const vlan = {
  schema: nonEmptyList(
    numberOrRange(KIND, 'A VLAN from 1 to 4094, or a range such as `100-199`.'),
    'The 802.1Q tag of the virtual interface is one of these.',
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: mergeRanges,
  fits: (wanted: IntervalSet) => [constrain(axis, onlyGiven(wanted))],
  mayFit: (wanted: IntervalSet) => [constrain(axis, givenOrAbsent(wanted))],
  touches: (wanted: IntervalSet) => [constrain(axis, givenOrAbsent(wanted))],
} as const;
