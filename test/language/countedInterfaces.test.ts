import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionsOf, type Grant, type Policy } from '../../core/policy.ts';
import { countedBy } from '../../language/diff/countedInterfaces.ts';
import { diffPolicies } from '../../language/diff/diffPolicies.ts';
import { findLimitChanges } from '../../language/diff/limitChanges.ts';
import { productContains } from '../../language/requestSets/fieldProduct.ts';
import { withStepLimit } from '../../language/stepLimit.ts';
import { decideByOracle, mayStandUnder } from '../oracle/decisionOracle.ts';
import { AWS, aDecisionContext, aGrant, aLiveVif, anOwner, aPolicy, aVif, NOW } from '../support/builders.ts';
import { carrierPolicies, liveInterfaces } from '../support/carrierPolicies.ts';

const AT = NOW.getTime();
const TYPES = ['private', 'transit', 'public', 'other', null] as const;

describe('the limit of a grant', () => {
  it('counts, in a diff, the interfaces that it counts in a decision: those that do not certainly have another type or value', () => {
    const seen = new Map<string, number>();
    const interfaces = fc.array(liveInterfaces, { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(carrierPolicies, interfaces, (policy, live) => {
        const all = live.flatMap((vif) => TYPES.map((type) => ({ ...vif, type })));
        for (const owner of policy.owners) {
          for (const grant of owner.grants) {
            const { fields } = countedBy(policy, owner, grant);
            for (const vif of all) {
              const isThere = vif.connection === null || connectionsOf(owner).includes(vif.connection);
              const isCounted = productContains(fields, { request: vif, at: AT });
              expect(isCounted).toBe(isThere && mayStandUnder(grant, vif));
              const kind = `${grant.type} grant, ${vif.type} interface: ${isCounted}`;
              seen.set(kind, (seen.get(kind) ?? 0) + 1);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
    // A transit grant counts no private and no public interface, and a private one may count any.
    expect(new Set([...seen].flatMap(([kind, count]) => (count > 20 ? [kind] : [])))).toEqual(
      new Set([
        ...TYPES.flatMap((type) => [true, false].map((is) => `private grant, ${type} interface: ${is}`)),
        ...TYPES.map((type) => `transit grant, ${type} interface: false`),
        ...['transit', 'other', null].map((type) => `transit grant, ${type} interface: true`),
      ]),
    );
  });

  it.each([
    ['transit', ['looser']],
    ['private', []],
  ] as const)(
    'for %s interfaces replaces that of the owner only if it counts interfaces of every type',
    (type, effects) => {
      const policyWith = (limit: number | null, ofGrant: Partial<Grant>): Policy =>
        aPolicy({ recipient: AWS, owners: [anOwner({ limit, grants: [aGrant({ type, ...ofGrant })] })] });
      const [old, now] = [policyWith(1, {}), policyWith(null, { limit: 1 })];
      const changes = findLimitChanges(old, now, AT).filter(({ effect }) => effect === 'looser');
      expect(changes.map(({ effect }) => effect)).toEqual(effects);
      const around = aDecisionContext({ interfaces: [aLiveVif({ type: 'private' })] });
      const request = aVif({ type });
      const [before, after] = [old, now].map(
        (policy) => decideByOracle(policy, request, around, NOW).gateway,
      );
      expect(before).toBeNull();
      expect(after !== null).toBe(effects.length > 0);
    },
  );
});

/** An owner with a limit and one grant, with the ID or the agreed key of one interface, on a connection that all of them share. */
function customer(i: number, limit: number) {
  const digest = `sha256:${i.toString(16).padStart(64, '0')}` as const;
  const match = i % 2 === 0 ? { id: [`dxvif-${i}`] } : { bgpKey: digest };
  const name = `o${String(i).padStart(4, '0')}`;
  const lists = { connections: [], sharedConnections: ['dxcon-8'] };
  return anOwner({ ...lists, name, limit, grants: [aGrant({ match, limit })] });
}

function customers(count: number, limit = 2): Policy {
  return aPolicy({ recipient: AWS, owners: Array.from({ length: count }, (_, i) => customer(i, limit)) });
}

function withOtherPin(policy: Policy): Policy {
  const owners = policy.owners.map((owner, i) =>
    i > 0 ? owner : { ...owner, grants: owner.grants.map((one) => aGrant({ ...one, match: OTHER_PIN })) },
  );
  return { ...policy, owners };
}

const OTHER_PIN = { id: ['dxvif-new'] };

/** A comparison of each owner with each other one would take more than a thousand. */
const STEPS_PER_OWNER = 600;

function stepsOf(old: Policy, now: Policy): number {
  return withStepLimit(Number.POSITIVE_INFINITY, () => findLimitChanges(old, now, AT)).steps;
}

describe('a diff of limits of many owners on one connection', () => {
  it.each<[change: string, apply: (count: number) => Policy]>([
    ['nothing changes', customers],
    ['there is one more owner', (count) => customers(count + 1)],
    ['there is one owner less', (count) => customers(count - 1)],
    ['every limit is lower', (count) => customers(count, 1)],
    ['every limit is higher', (count) => customers(count, 3)],
    ['an owner gets another pin', (count) => withOtherPin(customers(count))],
  ])('takes few steps for each owner if %s', (_, apply) => {
    expect(stepsOf(customers(300), apply(300))).toBeLessThan(300 * STEPS_PER_OWNER);
  });

  it('is possible for a thousand owners, and finds every limit that a new owner loosens', {
    timeout: 0,
  }, () => {
    const [old, now] = [customers(1000), customers(1001)];
    expect(diffPolicies(old, now, NOW).limits).toHaveLength(1000);
  });
});
