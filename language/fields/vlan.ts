import { filledList } from '../leaf.ts';
import { type Kind, mergedRanges, numberOrRange } from './range.ts';

const KIND: Kind = { code: 'vlan', name: 'VLAN', least: 1, most: 4094 };

export const vlan = {
  schema: filledList(
    numberOrRange(KIND, 'A VLAN from 1 to 4094, or a range such as `100-199`.'),
    'The 802.1Q tag of the virtual interface is one of these.',
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: mergedRanges,
} as const;
