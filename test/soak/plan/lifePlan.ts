import fc from 'fast-check';
import { type CallFault, callFaults, PLACES, type Place } from './callFaults.ts';
import {
  ACME_1,
  ACME_2,
  BETA_1,
  GATEWAYS,
  LOOKALIKE,
  OWN_CONNECTION,
  UNKNOWN_CONNECTION,
} from './constants.ts';
import { openPolicy, type PlainPolicy, plainPolicies } from './plainPolicy.ts';

/** What a requester asks for. */
export interface Offer {
  readonly does: 'offer';
  readonly connection: string;
  /** not to us, but to somebody else */
  readonly elsewhere: boolean;
  readonly vlan: number;
  readonly asn: number;
  readonly name: string;
  /** which /30 of 169.254.10.0/24 */
  readonly subnet: number;
  /** addresses that are not one subnet */
  readonly torn: boolean;
  /** no addresses at all */
  readonly bare: boolean;
  readonly hasKey: boolean;
  /** an answer shows something in one field that no client can read */
  readonly odd: Odd | null;
}

export const ODDS = ['name', 'vlan', 'mtu', 'asn', 'gateway'] as const;
type Odd = (typeof ODDS)[number];

/** What becomes of the world, whatever the product does. */
export type WorldEvent =
  | Offer
  | { readonly does: 'withdraw' | 'askAgain' | 'delete'; readonly which: number }
  /** its owner moves it to a connection or LAG of its own */
  | { readonly does: 'move'; readonly which: number; readonly to: number }
  /** a connection joins the LAG of its owner, with everything on it, or leaves it */
  | { readonly does: 'joinLag' | 'leaveLag'; readonly connection: string }
  | { readonly does: 'rename'; readonly which: number; readonly name: string }
  | { readonly does: 'resize'; readonly which: number; readonly mtu: number }
  | {
      readonly does: 'addSession';
      readonly which: number;
      readonly asn: number;
      readonly subnet: number | null;
    }
  | { readonly does: 'dropSession'; readonly which: number }
  /** no listing has it any more, and by its ID it is in a state that was never documented */
  | { readonly does: 'mystify'; readonly which: number; readonly state: string }
  /** so many requests of a stranger */
  | { readonly does: 'flood'; readonly size: number }
  /** all of them are withdrawn */
  | { readonly does: 'ebb' }
  /** an owner withdraws what it offered last, deletes what of it was accepted, and offers as much again */
  | { readonly does: 'crowd'; readonly size: number }
  /** an owner moves all that was accepted of it to where the policy does not look, and offers one more */
  | { readonly does: 'escape' }
  | { readonly does: 'acceptByHand'; readonly which: number; readonly gateway: string }
  | { readonly does: 'goDown' | 'comeUp'; readonly which: number }
  | { readonly does: 'attach' | 'detach' | 'lose' | 'bringBack'; readonly gateway: string }
  | { readonly does: 'deploy'; readonly policy: PlainPolicy }
  /** the civil clock is off by so much from then on, in milliseconds */
  | { readonly does: 'setClock'; readonly off: number };

export interface Timed {
  /** from the beginning, as a part of the whole */
  readonly at: number;
  readonly event: WorldEvent;
}

/** What befalls one of the scheduled passes. */
export interface RunTrouble {
  /** which of them */
  readonly pass: number;
  readonly ills: readonly CallFault[];
  /** what the world does when an ill has it overtake the pass */
  readonly meanwhile: WorldEvent;
  /** seconds until the same invocation is delivered once more; `null`: it is not */
  readonly twin: number | null;
  /** in a new process */
  readonly isCold: boolean;
}

/** A place is out of order for several passes. */
export interface Outage {
  readonly pass: number;
  readonly passes: number;
  readonly place: Place | 'confirm';
  readonly harm: 'throttled' | 'serverError' | 'hangBefore' | 'denied' | 'resetAfter' | 'slow';
  /** that a call takes, where it is slow */
  readonly seconds: number;
}

/** A stranger's requests, which one pass sees and which are gone without a trace in the next. */
export interface Flood {
  readonly pass: number;
  readonly size: number;
}

/** A grant ends in the middle of a pass, in which calls of one place take long. */
export interface Closing {
  readonly pass: number;
  /** how long after the pass began */
  readonly seconds: number;
  readonly place: 'ledger' | 'gateways';
  /** that a call takes */
  readonly slowness: number;
}

/** A life of a target, as data: the same plan is the same life. */
export interface LifePlan {
  readonly provider: 'outscale' | 'aws';
  /** whom the API names as owner of what nobody has accepted yet */
  readonly names: 'recipient' | 'requester';
  readonly weeks: number;
  /** minutes from one pass to the next */
  readonly interval: number;
  readonly policy: PlainPolicy;
  readonly events: readonly Timed[];
  readonly troubles: readonly RunTrouble[];
  readonly outages: readonly Outage[];
  readonly flood: Flood | null;
  /** before each pass one owner offers so many requests that the policy allows; `null`: it does not */
  readonly crowd: number | null;
  readonly closing: Closing | null;
  /** on AWS: before each pass an owner moves what was accepted out of sight */
  readonly escapes: boolean;
  /** of the network's delays, and of the pauses that the SDK draws */
  readonly seed: number;
}

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
  elsewhere: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  vlan: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 100, max: 399 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4094 }) },
  ),
  asn: fc.constantFrom(...Array<number>(6).fill(65010), 65020, 64512, 4200000001),
  name: names,
  subnet: fc.nat(62),
  torn: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  bare: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  hasKey: fc.boolean(),
  odd: fc.constant(null),
});

/** A stranger's, and now and then an owner's, that no client can read. Without addresses, which could be any. */
const oddOffer: fc.Arbitrary<Offer> = fc
  .tuple(
    offer,
    fc.constantFrom(UNKNOWN_CONNECTION, UNKNOWN_CONNECTION, LOOKALIKE, ACME_1),
    fc.constantFrom(...ODDS),
  )
  .map(([one, connection, odd]) => ({
    ...one,
    connection,
    odd,
    elsewhere: false,
    bare: true,
  }));

const which = fc.nat(20);
const gateway = fc.constantFrom(...GATEWAYS);

const event: fc.Arbitrary<WorldEvent> = fc.oneof(
  { weight: 10, arbitrary: offer },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('withdraw', 'askAgain', 'delete'), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('acceptByHand'), which, gateway }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('goDown', 'comeUp'), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('attach', 'attach', 'bringBack', 'bringBack', 'detach', 'lose'),
      gateway,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deploy'), policy: plainPolicies }) },
  { weight: 1, arbitrary: oddOffer },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('mystify'), which, state: strangeStates }) },
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
  pass: fc.nat(120),
  ills: fc.array(callFaults, { minLength: 1, maxLength: 2 }),
  meanwhile: event,
  twin: fc.constantFrom(null, null, 0, 1, 5, 40),
  isCold: fc.boolean(),
});

const outages: fc.Arbitrary<Outage> = fc.record({
  pass: fc.nat(100),
  passes: fc.integer({ min: 1, max: 12 }),
  place: fc.constantFrom(...PLACES, 'confirm' as const, 'confirm' as const),
  harm: fc.constantFrom('throttled', 'serverError', 'hangBefore', 'denied', 'resetAfter', 'slow'),
  seconds: fc.integer({ min: 1, max: 7 }),
});

/** Five minutes to twelve hours. */
const interval = fc.constantFrom(5, 15, 60, 180, 240, 360, 720);

const flood: fc.Arbitrary<Flood> = fc.record({
  pass: fc.nat(20),
  size: fc.constantFrom(60, 400, 800),
});

const closing: fc.Arbitrary<Closing> = fc.record({
  pass: fc.nat(20),
  seconds: fc.integer({ min: 1, max: 40 }),
  place: fc.constantFrom('ledger', 'ledger', 'gateways'),
  slowness: fc.integer({ min: 1, max: 7 }),
});

const oneIn = <T>(many: number, what: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: many - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: what });

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
  crowd: oneIn(8, fc.integer({ min: 3, max: 6 })),
  closing: oneIn(5, closing),
  escapes: fc.constantFrom(true, false, false, false),
  seed: fc.nat(),
});

/** Floods come where passes are so far apart that what was withdrawn is listed no more; crowds, where the policy lets them in. */
export const lifePlans: fc.Arbitrary<LifePlan> = anyPlans.map((plan) => ({
  ...plan,
  interval: plan.flood === null ? plan.interval : Math.max(60, plan.interval),
  policy: plan.crowd === null ? plan.policy : openPolicy(plan.policy),
}));
