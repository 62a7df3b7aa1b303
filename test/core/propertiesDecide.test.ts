import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World } from '../../core/decisionContext.ts';
import { GRANT_NAMES, holdLines, interfaces, OWNER_NAMES } from '../support/arbitraries.ts';
import { awards } from '../support/arbitraryContexts.ts';
import { codes, decided, eachOwner, type Situation, situations } from '../support/decisionInputs.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

/** Whatever `change` does to a situation, it never makes a hold an accept, unless the hold had one of `excuses`. */
function neverOpens<T>(
  changes: Arbitrary<T>,
  change: (before: Situation, by: T) => Situation,
  excuses: readonly string[] = [],
): void {
  fc.assert(
    fc.property(situations, changes, (before, by) => {
      const [first, then] = [decided(before), decided(change(before, by))];
      const excused = codes(first).some((code) => excuses.includes(code));
      if (first.verdict === 'hold' && !excused) expect(then.verdict).toBe('hold');
    }),
    { numRuns: 1200 },
  );
}

/** Reasons that a grant is in the way of others: without it, they decide. */
const IN_THE_WAY = ['ambiguous', 'grant-limit'];

function add({ world, ...rest }: Situation, more: Partial<World>): Situation {
  return { ...rest, world: { ...world, ...more } };
}

describe('a hold stays a hold', () => {
  it('when a hold line is added', () => {
    neverOpens(holdLines, ({ policy, ...rest }, line) => ({
      ...rest,
      policy: { ...policy, hold: [...policy.hold, line] },
    }));
  });

  it('when a grant is removed, unless it disagreed with another or was full itself', () => {
    const grants = fc.record({
      owner: fc.constantFrom(...OWNER_NAMES),
      grant: fc.constantFrom(...GRANT_NAMES),
    });
    neverOpens(
      grants,
      ({ policy, ...rest }, { owner, grant }) => ({
        ...rest,
        policy: eachOwner(policy, ({ name, grants: all }) => ({
          grants: all.filter((one) => name !== owner || one.name !== grant),
        })),
      }),
      IN_THE_WAY,
    );
  });

  it('when a field of the request becomes unknown, unless that takes away a grant that stood in the way', () => {
    const fields = fc.constantFrom(
      ...([
        'ownerAccount',
        'connection',
        'name',
        'location',
        'vlan',
        'mtu',
        'tags',
        'state',
        'type',
      ] as const),
    );
    neverOpens(
      fields,
      (before, field) => ({ ...before, request: { ...before.request, [field]: null } }),
      IN_THE_WAY,
    );
  });

  it('when a field of its sessions becomes unknown, or the sessions all do, with the same exception', () => {
    const fields = fc.constantFrom('asn', 'amazonAddress', 'customerAddress', 'hasKey', null);
    neverOpens(
      fields,
      (before, field) => {
        const { peers } = before.request;
        const less = field === null ? [] : peers.map((peer) => ({ ...peer, [field]: null }));
        return { ...before, request: { ...before.request, peers: less } };
      },
      IN_THE_WAY,
    );
  });

  it('when interfaces are added, whatever they are', () => {
    const others = interfaces.map((vif) => ({ ...vif, id: `${vif.id}0` }));
    neverOpens(others, (before, vif) => add(before, { interfaces: [...before.world.interfaces, vif] }));
  });

  it('when an intent or an acceptance is added', () => {
    const ids = fc.integer({ min: 1, max: 9 }).map((n) => `dxvif-${n}`);
    neverOpens(fc.tuple(ids, awards), (before, [id, award]) =>
      add(before, { intents: { [id]: anIntent(award), ...before.world.intents } }),
    );
    neverOpens(fc.tuple(ids, awards), (before, [id, award]) =>
      add(before, { acceptances: { [id]: anAcceptance(award), ...before.world.acceptances } }),
    );
  });

  it('when something in the ledger turns out to be unreadable', () => {
    const ids = fc.integer({ min: 0, max: 9 }).map((n) => `dxvif-${n}`);
    neverOpens(ids, (before, id) => add(before, { damaged: { ...before.world.damaged, [id]: 'it is odd' } }));
  });

  it('when more was accepted in the same pass, a limit falls, or the policy freezes', () => {
    neverOpens(fc.nat({ max: 3 }), (before, more) =>
      add(before, { acceptedThisPass: before.world.acceptedThisPass + more }),
    );
    neverOpens(fc.nat({ max: 3 }), ({ policy, ...rest }, limit) => ({
      ...rest,
      policy: eachOwner(policy, (owner) => ({ limit: Math.min(limit, owner.limit ?? limit) })),
    }));
    neverOpens(fc.constant(true), ({ policy, ...rest }, freeze) => ({
      ...rest,
      policy: { ...policy, freeze },
    }));
  });
});
