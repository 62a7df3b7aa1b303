import * as z from 'zod';

export const bgpKey = {
  schema: z.literal('required').describe('Every BGP peer that the API lists has a key.'),
  providers: ['outscale', 'aws'],
  // Holding whatever has a key, or has none, would protect nobody.
  holds: false,
  normalise: (written: 'required') => written,
} as const;
