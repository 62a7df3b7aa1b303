import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../lambda/core/deadline.ts';
import { decide } from '../../lambda/core/decide.ts';
import { policies, requests } from '../support/arbitraries.ts';
import { worlds } from '../support/arbitraryWorlds.ts';
import { NOW } from '../support/builders.ts';
import { judge } from '../support/oracle.ts';

describe('a second statement of the rules, which shares no code with the core,', () => {
  it('comes to the same verdict, gateway and codes', () => {
    fc.assert(
      fc.property(policies, requests, worlds, (policy, request, world) => {
        const decision = decide(policy, request, world, NO_DEADLINE, NOW);
        const [gateway, codes] =
          decision.verdict === 'accept'
            ? [decision.gateway, []]
            : [null, decision.reasons.map(({ code }) => code)];
        const said = judge(policy, request, world, NOW);
        expect({ gateway, codes: new Set(codes) }).toEqual(said);
      }),
      { numRuns: 3000 },
    );
  });

  it('meets every code of a decision, and accepts often enough to mean something', () => {
    const seen = new Map<string, number>();
    for (const [policy, request, world] of fc.sample(fc.tuple(policies, requests, worlds), {
      numRuns: 3000,
      seed: 1,
    })) {
      const { codes } = judge(policy, request, world, NOW);
      for (const code of codes.size === 0 ? ['accept'] : codes) seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    const rare = [...EVERY].filter((code) => (seen.get(code) ?? 0) < 10);
    expect(rare).toEqual([]);
    expect(seen.get('accept')).toBeGreaterThan(150);
  });
});

const EVERY = [
  'accept',
  'not-private',
  'unreadable',
  'unknown-requester',
  'owner-mismatch',
  'frozen',
  'held-by-policy',
  'no-grant',
  'grant-not-started',
  'grant-ended',
  'ambiguous',
  'owner-limit',
  'grant-limit',
  'pass-limit',
];
