import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkAgainstNeighbours } from '../../core/preflightChecks.ts';
import { findCollisions } from '../oracle/networkOracle.ts';
import { requests } from '../support/arbitraries.ts';
import { assignments, decisionContexts } from '../support/arbitraryContexts.ts';
import { aRecipient, RECIPIENT_ACCOUNT, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

const RECIPIENT = aRecipient();

/** Ledger records of an interface that the listing lacks. */
const unseen = fc.option(fc.tuple(assignments, fc.boolean()), { freq: 8, nil: null });

const surroundings = fc.tuple(decisionContexts, unseen).map(([context, record]) => {
  if (record === null) return context;
  const [assignment, isAccepted] = record;
  const { intents, acceptances } = context;
  return isAccepted
    ? { ...context, acceptances: { ...acceptances, 'dxvif-99': anAcceptance(assignment) } }
    : { ...context, intents: { ...intents, 'dxvif-99': anIntent(assignment) } };
});

it('the indexed network checks have the same result as an independent statement of the rules', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(requests, surroundings, (request, context) => {
      const { reasons } = checkAgainstNeighbours(request, VGW.prod, RECIPIENT, context);
      const codes = reasons.map(({ code }) => code).filter((code) => code !== 'peers-invalid');
      const said = findCollisions(request, VGW.prod, RECIPIENT_ACCOUNT, context);
      for (const code of said) seen.set(code, (seen.get(code) ?? 0) + 1);
      expect(new Set(codes)).toEqual(said);
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(seen.get('vlan-in-use') ?? 0, seen.get('peers-overlap') ?? 0)).toBeGreaterThan(100);
});
