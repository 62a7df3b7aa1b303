import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, decide } from '../../core/decide.ts';
import { decideByOracle, type OracleDecision } from '../oracle/decisionOracle.ts';
import { policies, requests } from '../support/arbitraries.ts';
import { decisionContexts } from '../support/arbitraryContexts.ts';
import { NOW } from '../support/builders.ts';

/** Import statements of values, not of types. */
const VALUE_IMPORT = /^import (?!type )[^;]*? from '([^']+)'/gm;

describe('an independent statement of the rules, which shares no code with the core,', () => {
  it('has the same verdict, gateway, grants and codes', () => {
    fc.assert(
      fc.property(policies, requests, decisionContexts, (policy, request, context) => {
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

  it('covers every code of a decision, and accepts often enough to be meaningful', () => {
    const seen = new Map<string, number>();
    for (const [policy, request, context] of fc.sample(fc.tuple(policies, requests, decisionContexts), {
      numRuns: 3000,
      seed: 1,
    })) {
      const { codes } = decideByOracle(policy, request, context, NOW);
      for (const code of codes.size === 0 ? ['accept'] : codes) seen.set(code, (seen.get(code) ?? 0) + 1);
    }
    const rare = [...EVERY].filter((code) => (seen.get(code) ?? 0) < 10);
    expect(rare).toEqual([]);
    expect(seen.get('accept')).toBeGreaterThan(150);
  });
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
