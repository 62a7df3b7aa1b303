import { type Ranges, ranges } from '../algebra/intervalSets.ts';
import { filledList } from '../scalarSchemas.ts';
import { plainAsn } from './asdot.ts';
import { type Kind, mergedRanges, numberOrRange } from './numberRanges.ts';
import { everySession, ofSessions, perhapsEverySession, perhapsSomeSession } from './sessionField.ts';

const KIND: Kind = {
  code: 'asn',
  name: 'autonomous system number',
  least: 1,
  most: 4294967295,
  meant: plainAsn,
};

const sessions = ofSessions(
  'asn',
  ranges(KIND.least, KIND.most),
  ({ asn }) => [asn],
  (peer, asn) => ({ ...peer, asn }),
);

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
  fits: (wanted: Ranges) => [everySession(sessions, wanted)],
  mayFit: (wanted: Ranges) => [perhapsEverySession(sessions, wanted)],
  touches: (wanted: Ranges) => [perhapsSomeSession(sessions, wanted)],
} as const;
