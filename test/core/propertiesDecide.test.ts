import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../lambda/core/deadline.ts';
import { type Decision, decide } from '../../lambda/core/decide.ts';
import type { VirtualInterface } from '../../lambda/core/model.ts';
import type { Owner, Policy } from '../../lambda/core/policy.ts';
import type { World } from '../../lambda/core/world.ts';
import {
  GRANT_NAMES,
  holdLines,
  interfaces,
  OWNER_NAMES,
  policies,
  requests,
} from '../support/arbitraries.ts';
import { awards, worlds } from '../support/arbitraryWorlds.ts';
import { NOW } from '../support/builders.ts';
import { anIntent } from '../support/ledgerBuilders.ts';

interface Situation {
  readonly policy: Policy;
  readonly request: VirtualInterface;
  readonly world: World;
}

const situations: Arbitrary<Situation> = fc.record({ policy: policies, request: requests, world: worlds });

function decided({ policy, request, world }: Situation): Decision {
  return decide(policy, request, world, NO_DEADLINE, NOW);
}

function codes(decision: Decision): string[] {
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}

/** Whatever `change` does to a situation, it never makes a hold an accept, unless the hold had one of `excuses`. */
function neverOpens<T>(
  changes: Arbitrary<T>,
  change: (before: Situation, by: T) => Situation,
  excuses: readonly string[] = [],
): void {
  const runs = { numRuns: 2000 };
  fc.assert(
    fc.property(situations, changes, (before, by) => {
      const [first, then] = [decided(before), decided(change(before, by))];
      const excused = codes(first).some((code) => excuses.includes(code));
      if (first.verdict === 'hold' && !excused) expect(then.verdict).toBe('hold');
    }),
    runs,
  );
}

function eachOwner(policy: Policy, change: (owner: Owner) => Partial<Owner>): Policy {
  return { ...policy, owners: policy.owners.map((owner) => ({ ...owner, ...change(owner) })) };
}

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
      ['ambiguous', 'grant-limit'],
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
    const excuses = ['ambiguous', 'grant-limit'];
    neverOpens(
      fields,
      (before, field) => ({ ...before, request: { ...before.request, [field]: null } }),
      excuses,
    );
  });

  it('when a field of its sessions becomes unknown, or the sessions all do, with the same exception', () => {
    const fields = fc.constantFrom('asn', 'amazonAddress', 'customerAddress', 'hasKey', null);
    const excuses = ['ambiguous', 'grant-limit'];
    neverOpens(
      fields,
      (before, field) => {
        const { peers } = before.request;
        const less = field === null ? [] : peers.map((peer) => ({ ...peer, [field]: null }));
        return { ...before, request: { ...before.request, peers: less } };
      },
      excuses,
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
      add(before, { acceptances: { [id]: award, ...before.world.acceptances } }),
    );
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

describe('order never matters', () => {
  it('of owners, grants, hold lines, connections, interfaces or sessions', () => {
    const shuffled = <T>(items: readonly T[], by: number): T[] =>
      items
        .map((item, i) => ({ item, rank: ((i + 1) * by) % 11 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ item }) => item);
    const property = fc.property(situations, fc.integer({ min: 2, max: 10 }), (before, by) => {
      const policy = eachOwner(before.policy, ({ grants, connections }) => ({
        grants: shuffled(grants, by),
        connections: shuffled(connections, by),
      }));
      const after = {
        policy: { ...policy, owners: shuffled(policy.owners, by), hold: shuffled(policy.hold, by) },
        request: before.request,
        world: { ...before.world, interfaces: shuffled(before.world.interfaces, by) },
      };
      expect(decided(after)).toEqual(decided(before));
      const turned = { ...before, request: { ...before.request, peers: before.request.peers.toReversed() } };
      expect(codes(decided(turned))).toEqual(codes(decided(before)));
    });
    fc.assert(property, { numRuns: 1500 });
  });
});
