import { filledList } from '../leaf.ts';
import { type Kind, mergedRanges, numberOrRange } from './range.ts';

const KIND: Kind = { code: 'asn', name: 'autonomous system number', least: 1, most: 4294967295 };

export const asn = {
  schema: filledList(
    numberOrRange(
      KIND,
      'An autonomous system number from 1 to 4294967295, or a range such as `64512-65534`.',
    ),
    "The customer's ASN is one of these, for every BGP peer that the API lists.",
  ),
  providers: ['outscale', 'aws'],
  holds: true,
  normalise: mergedRanges,
} as const;
