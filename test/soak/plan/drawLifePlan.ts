import fc from 'fast-check';
import { callFaults, PLACES } from './callFaults.ts';
import {
  ACME_1,
  ACME_2,
  BETA_1,
  GATEWAYS,
  LOOKALIKE,
  OWN_CONNECTION,
  UNKNOWN_CONNECTION,
} from './constants.ts';
import { carrierPlans } from './drawCarrierPlan.ts';
import {
  type BusRefusals,
  type EndingGrant,
  type Flood,
  type LifePlan,
  type Offer,
  type Outage,
  type Pause,
  type RunTrouble,
  type Timed,
  UNREADABLE_FIELDS,
  type WorldEvent,
} from './lifePlan.ts';
import { openPolicy, plainPolicies } from './plainPolicy.ts';

/** Draws plans of lives. */

const names = fc.constantFrom(
  ...['acme-prod-1', 'acme-prod-2', 'lab-1', 'it-prod-x', 'Acme-prod-1', 'x\u001b[31m'],
);
const strangeStates = fc.constantFrom('withdrawn', 'archived', 'suspended');

const offer: fc.Arbitrary<Offer> = fc.record({
  does: fc.constant('offer'),
  connection: fc.constantFrom(
    ...[ACME_1, ACME_1, ACME_1, ACME_2, ACME_2, BETA_1, BETA_1],
    ...[UNKNOWN_CONNECTION, LOOKALIKE, OWN_CONNECTION],
  ),
  toOtherAccount: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  vlan: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 100, max: 399 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4094 }) },
  ),
  asn: fc.constantFrom(...Array<number>(6).fill(65010), 65020, 64512, 4200000001),
  name: names,
  subnet: fc.nat(62),
  differentSubnets: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  withoutAddresses: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  hasKey: fc.boolean(),
  unreadable: fc.constant(null),
});

/** A request with an unreadable field, usually of an unknown requester. It has no addresses, because they could be any. */
const unreadableOffer: fc.Arbitrary<Offer> = fc
  .tuple(
    offer,
    fc.constantFrom(UNKNOWN_CONNECTION, UNKNOWN_CONNECTION, LOOKALIKE, ACME_1),
    fc.constantFrom(...UNREADABLE_FIELDS),
  )
  .map(([one, connection, unreadable]) => ({
    ...one,
    connection,
    unreadable,
    toOtherAccount: false,
    withoutAddresses: true,
  }));

const which = fc.nat(20);
const gateway = fc.constantFrom(...GATEWAYS);

const event: fc.Arbitrary<WorldEvent> = fc.oneof(
  { weight: 10, arbitrary: offer },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('withdraw', 'offerAgain', 'delete'), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('acceptManually'), which, gateway }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('goDown', 'comeUp'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'attachGateway',
        'attachGateway',
        'restoreGateway',
        'restoreGateway',
        'detachGateway',
        'deleteGateway',
      ),
      gateway,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deploy'), policy: plainPolicies }) },
  { weight: 1, arbitrary: unreadableOffer },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('showUnknownState'), which, state: strangeStates }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('move'), which, to: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constantFrom('joinLag', 'leaveLag'),
      connection: fc.constantFrom(ACME_1, ACME_2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.record({ does: fc.constant('rename'), which, name: names }),
      fc.record({ does: fc.constant('resize'), which, mtu: fc.constantFrom(1500, 8500) }),
      fc.record({
        does: fc.constant('addSession'),
        which,
        asn: fc.constantFrom(65010, 65020),
        subnet: fc.option(fc.nat(62)),
      }),
      fc.record({ does: fc.constant('dropSession'), which }),
    ),
  },
) as fc.Arbitrary<WorldEvent>;

const setClock: fc.Arbitrary<WorldEvent> = fc.record({
  does: fc.constant('setClock'),
  off: fc.constantFrom(
    0,
    0,
    2000,
    -3000,
    90_000,
    -90_000,
    3_600_000,
    -3_600_000,
    86_400_000 * 3,
    -86_400_000,
  ),
});

const timed = (what: fc.Arbitrary<WorldEvent>): fc.Arbitrary<Timed> =>
  fc.record({ at: fc.integer({ min: 0, max: 9999 }).map((n) => n / 10000), event: what });

const troubles: fc.Arbitrary<RunTrouble> = fc.record({
  run: fc.nat(120),
  faults: fc.array(callFaults, { minLength: 1, maxLength: 2 }),
  meanwhile: event,
  repeatAfter: fc.constantFrom(null, null, 0, 1, 5, 40),
  isCold: fc.boolean(),
});

const outages: fc.Arbitrary<Outage> = fc.record({
  run: fc.nat(100),
  runs: fc.integer({ min: 1, max: 12 }),
  place: fc.constantFrom(...PLACES, 'confirm' as const, 'confirm' as const),
  faultKind: fc.constantFrom('throttled', 'serverError', 'hangBefore', 'denied', 'resetAfter', 'slow'),
  seconds: fc.integer({ min: 1, max: 7 }),
});

/** From five minutes to twelve hours. */
const interval = fc.constantFrom(5, 15, 60, 180, 240, 360, 720);

const flood: fc.Arbitrary<Flood> = fc.record({
  run: fc.nat(20),
  size: fc.constantFrom(60, 400, 800),
});

const endingGrant: fc.Arbitrary<EndingGrant> = fc.record({
  run: fc.nat(20),
  seconds: fc.integer({ min: 1, max: 40 }),
  place: fc.constantFrom('ledger', 'ledger', 'gateways'),
  slowness: fc.integer({ min: 1, max: 7 }),
});

const pause: fc.Arbitrary<Pause> = fc.record({ run: fc.nat(40), turn: fc.nat(12) });

const busRefusals: fc.Arbitrary<BusRefusals> = fc.record({
  run: fc.nat(40),
  runs: fc.integer({ min: 1, max: 6 }),
  every: fc.integer({ min: 1, max: 3 }),
});

const oneIn = <T>(many: number, what: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: many - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });

/**
 * `null` unless a die with twelve sides shows one of these. They are chosen so that the lives that docs/trust.md names by their
 * seeds stay as they are.
 */
const onSides = <T>(sides: readonly number[], what: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.tuple(fc.nat(11), what).map(([side, one]) => (sides.includes(side) ? one : null));

const anyPlans: fc.Arbitrary<LifePlan> = fc.record({
  provider: fc.constantFrom('outscale', 'outscale', 'outscale', 'aws'),
  names: fc.constantFrom('recipient', 'recipient', 'recipient', 'requester'),
  weeks: fc.integer({ min: 1, max: 3 }),
  interval,
  policy: plainPolicies,
  events: fc
    .tuple(
      fc.array(timed(event), { minLength: 4, maxLength: 30, size: 'max' }),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant<Timed[]>([]) },
        { weight: 1, arbitrary: fc.array(timed(setClock), { minLength: 1, maxLength: 3 }) },
      ),
    )
    .map((both) => both.flat()),
  troubles: fc.array(troubles, { maxLength: 24, size: 'max' }),
  outages: fc.array(outages, { maxLength: 3 }),
  flood: oneIn(40, flood),
  renewedOffers: oneIn(8, fc.integer({ min: 3, max: 6 })),
  endingGrant: oneIn(5, endingGrant),
  movesAllAway: fc.constantFrom(true, false, false, false),
  seed: fc.nat(),
  // New fields are drawn last, so that each seed keeps the other fields of its plan.
  pause: onSides([2, 3], pause),
  busRefusals: onSides([10, 11], busRefusals),
  carrier: onSides([3, 10], carrierPlans),
});

/** Floods are only planned for long intervals, after which withdrawn requests are no longer listed; endless offers only where the policy accepts them. */
export const lifePlans: fc.Arbitrary<LifePlan> = anyPlans.map((plan) => ({
  ...plan,
  provider: plan.carrier?.provider ?? plan.provider,
  interval: plan.flood === null ? plan.interval : Math.max(60, plan.interval),
  policy: plan.renewedOffers === null ? plan.policy : openPolicy(plan.policy),
}));
