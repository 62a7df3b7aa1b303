import * as z from 'zod';
import type { VirtualInterface } from '../../core/model.ts';
import { escapeText } from '../../core/printableText.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { conditionOn, nullableSets, type Point, updateRequest } from '../algebra/setAlgebra.ts';
import { finiteSetOf, finiteSets, type IntervalSet, intervalSets, unusedText } from '../algebra/valueSets.ts';
import { connectionList, interfaceId, nonEmptyList, plainText, sortedSet } from '../scalarSchemas.ts';
import { exactValue } from './languageField.ts';
import { mergeRanges, type NumberKind, numberOrRange } from './numberRanges.ts';

const connectionDimension = {
  ...nullableSets(finiteSets({ other: unusedText('dxcon-any'), format: escapeText })),
  name: 'connection',
  source: null,
  get: ({ request }: Point) => request.connection,
  put: updateRequest((_, connection: string | null) => ({ connection })),
};

export const connection = {
  schema: connectionList('The virtual interface is on one of these connections.'),
  holds: true,
  normalise: sortedSet,
  ...conditionOn(connectionDimension, finiteSetOf<string>),
  // No owner has this connection.
  typical: { connection: 'dxcon-any' },
  exactCondition: (request: VirtualInterface) => exactValue(request.connection),
} as const;

const idDimension = {
  ...nullableSets(finiteSets({ other: unusedText('dxvif-example', 'dxvif-any'), format: escapeText })),
  name: 'id',
  source: null,
  get: ({ request }: Point) => (isVirtualInterfaceId(request.id) ? request.id : null),
  put: updateRequest((_, id: string | null) => ({ id: id ?? '(no ID)' })),
};

export const id = {
  schema: nonEmptyList(
    interfaceId,
    'The virtual interface has one of these IDs, which the platform chooses.',
  ),
  holds: true,
  normalise: sortedSet,
  ...conditionOn(idDimension, finiteSetOf<string>),
  typical: {},
  exactCondition: (request: VirtualInterface) =>
    exactValue(isVirtualInterfaceId(request.id) ? request.id : null),
} as const;

const locationDimension = {
  ...nullableSets(finiteSets({ other: unusedText('PAR1', 'PAR2', 'ANY'), format: escapeText })),
  name: 'location',
  source: null,
  get: ({ request }: Point) => request.location,
  put: updateRequest((_, location: string | null) => ({ location })),
};

export const location = {
  schema: nonEmptyList(
    plainText("The provider's code of a facility, such as `PAR1`."),
    "The connection's location is one of these.",
  ),
  holds: true,
  normalise: sortedSet,
  ...conditionOn(locationDimension, finiteSetOf<string>),
  typical: { location: 'PAR1' },
  exactCondition: (request: VirtualInterface) => exactValue(request.location),
} as const;

const VLAN: NumberKind = { code: 'vlan', name: 'VLAN', least: 1, most: 4094 };

const vlanDimension = {
  ...nullableSets(intervalSets(VLAN.least, VLAN.most)),
  name: 'vlan',
  source: null,
  get: ({ request }: Point) => request.vlan,
  put: updateRequest((_, vlan: number | null) => ({ vlan })),
};

export const vlan = {
  schema: nonEmptyList(
    numberOrRange(VLAN, 'A VLAN from 1 to 4094, or a range such as `100-199`.'),
    'The 802.1Q tag of the virtual interface is one of these.',
  ),
  holds: true,
  normalise: mergeRanges,
  ...conditionOn(vlanDimension, (wanted: IntervalSet) => wanted),
  typical: { vlan: 100 },
  exactCondition: (request: VirtualInterface) => exactValue(request.vlan),
} as const;

const mtuDimension = {
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
  holds: true,
  normalise: (written: readonly number[]) => [...new Set(written)].sort((a, b) => a - b),
  ...conditionOn(mtuDimension, finiteSetOf<number>),
  typical: { mtu: 1500 },
  exactCondition: (request: VirtualInterface) => exactValue(request.mtu),
} as const;

function otherMtu(than: ReadonlySet<number>): number | null {
  for (let mtu = 1500; mtu <= 65_535; mtu += 1) if (!than.has(mtu)) return mtu;
  return null;
}
