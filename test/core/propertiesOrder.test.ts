import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeOwners, decideInput, decisionInputs, reasonCodes } from '../support/decisionInputs.ts';

function shuffled<T>(items: readonly T[], by: number): T[] {
  return items
    .map((item, i) => ({ item, rank: ((i + 1) * by) % 11 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

describe('order never matters', () => {
  it('for owners, their grants and connections, hold rules and interfaces: the messages are the same', () => {
    const property = fc.property(decisionInputs, fc.integer({ min: 2, max: 10 }), (before, by) => {
      const policy = changeOwners(before.policy, ({ grants, connections }) => ({
        grants: shuffled(grants, by),
        connections: shuffled(connections, by),
      }));
      const after = {
        policy: { ...policy, owners: shuffled(policy.owners, by), hold: shuffled(policy.hold, by) },
        request: before.request,
        context: { ...before.context, interfaces: shuffled(before.context.interfaces, by) },
      };
      expect(decideInput(after)).toEqual(decideInput(before));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('for BGP peers: the codes are the same', () => {
    const property = fc.property(decisionInputs, (before) => {
      const request = { ...before.request, peers: before.request.peers.toReversed() };
      expect(reasonCodes(decideInput({ ...before, request }))).toEqual(reasonCodes(decideInput(before)));
    });
    fc.assert(property, { numRuns: 500 });
  });
});
