import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, decide } from '../../core/decide.ts';
import { decideByOracle, type OracleDecision } from '../oracle/decisionOracle.ts';
import { policies, requests, sharedPolicies, withComparedKeys } from '../support/arbitraries.ts';
import { decisionContexts, sharedContexts } from '../support/arbitraryContexts.ts';
import { NOW } from '../support/builders.ts';

/** With the causes of `unknown-requester` that a world must have, and the number of accepted requests of 3000. */
const WORLDS = [
  {
    of: 'connections of one owner each',
    worlds: fc.tuple(policies, requests, decisionContexts),
    rarely: ['noOwner'],
    accepts: 150,
  },
  {
    of: 'shared connections',
    worlds: fc.tuple(sharedPolicies, withComparedKeys(requests), sharedContexts),
    rarely: ['noPin', 'severalPins'],
    accepts: 60,
  },
] as const;

/** Import statements of values, not of types. */
const VALUE_IMPORT = /^import (?!type )[^;]*? from '([^']+)'/gm;

describe('an independent statement of the rules, which shares no code with the core,', () => {
  it.each(WORLDS)('has the same verdict, gateway, grants and codes, with $of', ({ worlds }) => {
    fc.assert(
      fc.property(worlds, ([policy, request, context]) => {
        const decision = decide(policy, request, context, NO_DEADLINE, NOW);
        const said = decideByOracle(policy, request, context, NOW);
        // Compares owner and grants, without their order.
        expect(verdictOf(decision)).toEqual(
          said.assignment === null ? said : { ...said, assignment: inOrder(said.assignment) },
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('imports nothing but types from the product', () => {
    const folder = join(import.meta.dirname, '../oracle');
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(2);
    const imported = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(VALUE_IMPORT)].map(([, from]) => from),
    );
    expect(new Set(imported)).toEqual(new Set(['./matchOracle.ts']));
  });

  it.each(WORLDS)(
    'covers every code of a decision, and accepts often enough to be meaningful, with $of',
    ({ worlds, rarely, accepts }) => {
      const seen = new Map<string, number>();
      const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
      for (const [policy, request, context] of fc.sample(worlds, { numRuns: 3000, seed: 1 })) {
        const decision = decide(policy, request, context, NO_DEADLINE, NOW);
        if (decision.verdict === 'accept') count('accept');
        else
          for (const reason of decision.reasons) {
            count(reason.code);
            if (reason.code === 'unknown-requester') count(reason.parameters.cause);
          }
      }
      const rare = [...EVERY, ...rarely].filter((code) => (seen.get(code) ?? 0) < 5);
      expect(rare).toEqual([]);
      expect(seen.get('accept')).toBeGreaterThan(accepts);
    },
  );
});

function verdictOf(decision: Decision): OracleDecision {
  if (decision.verdict === 'accept')
    return { gateway: decision.gateway, codes: new Set(), assignment: inOrder(decision) };
  return { gateway: null, codes: new Set(decision.reasons.map(({ code }) => code)), assignment: null };
}

function inOrder({ owner, grants }: NonNullable<OracleDecision['assignment']>) {
  return { owner, grants: grants.toSorted() };
}

const EVERY = [
  'accept',
  'type-not-supported',
  'unreadable',
  'other-region',
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
  'run-limit',
];
