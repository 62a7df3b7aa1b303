import * as z from 'zod';
import { members, only } from '../algebra/finiteSets.ts';
import { everySession, ofSessions, perhapsEverySession, perhapsSomeSession } from './sessionField.ts';

const sessions = ofSessions(
  'bgpKey',
  members<boolean>({
    other: (than) => [true, false].find((value) => !than.has(value)) ?? null,
    format: (value) => (value ? 'set' : 'not set'),
  }),
  ({ hasKey }) => [hasKey],
  (peer, hasKey) => ({ ...peer, hasKey }),
);

export const bgpKey = {
  schema: z.literal('required').describe('Every BGP peer that the API lists has a key.'),
  providers: ['outscale', 'aws'],
  // Holding whatever has a key, or has none, would protect nobody.
  holds: false,
  normalise: (written: 'required') => written,
  fits: () => [everySession(sessions, only([true]))],
  mayFit: () => [perhapsEverySession(sessions, only([true]))],
  touches: () => [perhapsSomeSession(sessions, only([true]))],
} as const;
