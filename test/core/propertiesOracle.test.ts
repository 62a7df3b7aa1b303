import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, decide } from '../../core/decide.ts';
import { decideByOracle, type OracleDecision } from '../oracle/decisionOracle.ts';
import {
  inSomeRegion,
  policies,
  requests,
  sharedPolicies,
  withComparedKeys,
} from '../support/arbitraries.ts';
import { decisionContexts, sharedContexts } from '../support/arbitraryContexts.ts';
import { NOW } from '../support/builders.ts';

/** With the causes of `unknown-requester` that a world must have, and the number of accepted requests of 3000. */
const WORLDS = [
  {
    of: 'connections of one owner each',
    worlds: fc.tuple(policies, inSomeRegion(requests), decisionContexts),
    rarely: ['noOwner'],
    accepts: 150,
  },
  {
    of: 'shared connections',
    worlds: fc.tuple(sharedPolicies, inSomeRegion(withComparedKeys(requests)), sharedContexts),
    rarely: ['noPin', 'severalPins'],
    accepts: 100,
  },
] as const;

/** Import statements of values, not of types. */
const VALUE_IMPORT = /^import (?!type )[^;]*? from '([^']+)'/gm;

describe('an independent statement of the rules, which shares no code with the core,', () => {
  describe.each(WORLDS)('for $of,', ({ worlds, rarely, accepts }) => {
    it('has the same verdict, gateway, grants and codes', () => {
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

    it('covers every code of a decision, and accepts often enough to be meaningful', () => {
      const sample = fc.sample(worlds, { numRuns: 3000, seed: 1 });
      const outcomes = sample.flatMap(([policy, request, context]) =>
        outcomesOf(decide(policy, request, context, NO_DEADLINE, NOW)),
      );
      const seen = Map.groupBy(outcomes, (outcome) => outcome);
      const rare = [...EVERY, ...rarely].filter((code) => (seen.get(code)?.length ?? 0) < 5);
      expect(rare).toEqual([]);
      expect(seen.get('accept')?.length).toBeGreaterThan(accepts);
    });
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
});

/** `accept`, or every code of a hold, with the causes of `unknown-requester`. */
function outcomesOf(decision: Decision): string[] {
  if (decision.verdict === 'accept') return ['accept'];
  return decision.reasons.flatMap((reason) =>
    reason.code === 'unknown-requester' ? [reason.code, reason.parameters.cause] : [reason.code],
  );
}

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
