import fc from 'fast-check';
import { HUB_PRIVATE, HUB_TRANSIT, LAB, PROD } from './constants.ts';
import type { CarrierPlan, Order, SharedOwnerPlan, Timed, WorldEvent } from './lifePlan.ts';

const sharedOwner: fc.Arbitrary<SharedOwnerPlan> = fc.record({
  hasAccount: fc.constantFrom(true, true, true, false),
  limit: fc.constantFrom(null, 1, 1, 2),
  gateway: fc.constantFrom(PROD, LAB),
  hub: fc.constantFrom(null, null, null, HUB_PRIVATE, HUB_TRANSIT),
  transitHub: fc.constantFrom(null, HUB_TRANSIT, HUB_TRANSIT, HUB_PRIVATE),
  asn: fc.constantFrom(null, 65010),
  name: fc.constantFrom(null, 'prod-*'),
  grantLimit: fc.constantFrom(null, null, 1, 2),
});

const order: fc.Arbitrary<Order> = fc.record({
  does: fc.constant('order'),
  customer: fc.constantFrom('gamma', 'gamma', 'delta', 'delta', 'zeta'),
  vlan: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 500, max: 530 }) },
    { weight: 1, arbitrary: fc.integer({ min: 600, max: 610 }) },
  ),
  asn: fc.constantFrom(65010, 65010, 65010, 65010, 65020),
  name: fc.constantFrom('prod-1', 'prod-1', 'prod-1', 'prod-2', 'lab-1'),
  subnet: fc.nat(20),
  mtu: fc.constantFrom(1500, 8500),
  type: fc.constantFrom('private', 'private', 'transit'),
  key: fc.constantFrom('agreed', 'agreed', 'agreed', 'agreed', 'agreed', 'ofTwo', 'own', 'own', 'none'),
});

const which = fc.nat(3);

const event = fc.oneof(
  { weight: 8, arbitrary: order },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('copyOrder'),
      which,
      key: fc.constantFrom('own', 'own', 'similar', 'none'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('pinOrder'), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('endOrder'), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('acceptOrderManually'),
      which,
      gateway: fc.constantFrom(PROD, LAB),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constantFrom('endSession', 'replaceSession', 'addOtherSession'), which }),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'renameOwners' }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deployUnpinned'), bgpKey: fc.boolean() }) },
) as fc.Arbitrary<WorldEvent>;

/** An order, and what follows it in short time: the copies of other customers, the pin, and its end. */
const story: fc.Arbitrary<readonly Timed[]> = fc
  .tuple(
    fc.nat(7500),
    order,
    fc.array(fc.tuple(fc.nat(400), event), { minLength: 2, maxLength: 6, size: 'max' }),
  )
  .map(([start, first, steps]) => {
    let at = start;
    const later = steps.map(([pause, one]) => {
      at += pause;
      return { at: at / 10_000, event: one };
    });
    return [{ at: start / 10_000, event: first }, ...later];
  });

export const carrierPlans: fc.Arbitrary<CarrierPlan> = fc.record({
  provider: fc.constantFrom('outscale', 'aws', 'aws'),
  gamma: sharedOwner,
  delta: sharedOwner,
  isPinnedTwice: fc.constantFrom(false, false, false, true),
  hasKeyOfTwo: fc.constantFrom(false, false, true),
  events: fc.array(story, { minLength: 4, maxLength: 9, size: 'max' }).map((all) => all.flat()),
});
