import { type Point, putting, side } from '../algebra/fieldConstraint.ts';
import { type Ranges, ranges } from '../algebra/intervalSets.ts';
import { given, optional, perhaps } from '../algebra/optional.ts';
import { filledList } from '../scalarSchemas.ts';
import { type Kind, mergedRanges, numberOrRange } from './numberRanges.ts';

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
