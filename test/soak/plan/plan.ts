import fc from 'fast-check';
import { ACME_1, ACME_2, BETA_1, GATEWAYS, LOOKALIKE, OURS, STRANGERS } from './cast.ts';
import { type Ill, ills, PLACES, type Place } from './ills.ts';
import { type PlainPolicy, policies } from './policy.ts';

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
  readonly hasKey: boolean;
}

/** What becomes of the world, whatever the product does. */
export type Event =
  | Offer
  | { readonly does: 'withdraw' | 'askAgain' | 'delete'; readonly which: number }
  | { readonly does: 'acceptByHand'; readonly which: number; readonly gateway: string }
  | { readonly does: 'goDown' | 'comeUp'; readonly which: number }
  | { readonly does: 'attach' | 'detach' | 'lose' | 'bringBack'; readonly gateway: string }
  | { readonly does: 'deploy'; readonly policy: PlainPolicy }
  /** the civil clock is off by so much from then on, in milliseconds */
  | { readonly does: 'setClock'; readonly off: number };

export interface Timed {
  /** from the beginning, as a part of the whole */
  readonly at: number;
  readonly event: Event;
}

/** What befalls one of the scheduled passes. */
export interface Trouble {
  /** which of them */
  readonly pass: number;
  readonly ills: readonly Ill[];
  /** what the world does when an ill has it overtake the pass */
  readonly meanwhile: Event;
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
  readonly harm: 'throttled' | 'serverError' | 'hangBefore' | 'denied' | 'resetAfter';
}

/** A life of a target, as data: the same plan is the same life. */
export interface Plan {
  readonly provider: 'outscale' | 'aws';
  /** whom the API names as owner of what nobody has accepted yet */
  readonly names: 'recipient' | 'requester';
  readonly weeks: number;
  /** minutes from one pass to the next */
  readonly interval: number;
  readonly policy: PlainPolicy;
  readonly events: readonly Timed[];
  readonly troubles: readonly Trouble[];
  readonly outages: readonly Outage[];
  /** of the network's delays, and of the pauses that the SDK draws */
  readonly seed: number;
}

const offer: fc.Arbitrary<Offer> = fc.record({
  does: fc.constant('offer'),
  connection: fc.constantFrom(
    ...[ACME_1, ACME_1, ACME_1, ACME_2, ACME_2, BETA_1, BETA_1],
    ...[STRANGERS, LOOKALIKE, OURS],
  ),
  elsewhere: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  vlan: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 100, max: 399 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4094 }) },
  ),
  asn: fc.constantFrom(...Array<number>(6).fill(65010), 65020, 64512, 4200000001),
  name: fc.constantFrom('acme-prod-1', 'acme-prod-2', 'lab-1', 'it-prod-x', 'Acme-prod-1', 'x\u001b[31m'),
  subnet: fc.nat(62),
  torn: fc.constantFrom(...Array<boolean>(15).fill(false), true),
  hasKey: fc.boolean(),
});

const which = fc.nat(20);
const gateway = fc.constantFrom(...GATEWAYS);

const event: fc.Arbitrary<Event> = fc.oneof(
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
  { weight: 1, arbitrary: fc.record({ does: fc.constant('deploy'), policy: policies }) },
) as fc.Arbitrary<Event>;

const setClock: fc.Arbitrary<Event> = fc.record({
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

const timed = (what: fc.Arbitrary<Event>): fc.Arbitrary<Timed> =>
  fc.record({ at: fc.integer({ min: 0, max: 9999 }).map((n) => n / 10000), event: what });

const troubles: fc.Arbitrary<Trouble> = fc.record({
  pass: fc.nat(120),
  ills: fc.array(ills, { minLength: 1, maxLength: 2 }),
  meanwhile: event,
  twin: fc.constantFrom(null, null, 0, 1, 5, 40),
  isCold: fc.boolean(),
});

const outages: fc.Arbitrary<Outage> = fc.record({
  pass: fc.nat(100),
  passes: fc.integer({ min: 1, max: 12 }),
  place: fc.constantFrom(...PLACES, 'confirm' as const, 'confirm' as const),
  harm: fc.constantFrom('throttled', 'serverError', 'hangBefore', 'denied', 'resetAfter'),
});

/** Five minutes to twelve hours. */
const interval = fc.constantFrom(5, 15, 60, 180, 240, 360, 720);

export const plans: fc.Arbitrary<Plan> = fc.record({
  provider: fc.constantFrom('outscale', 'outscale', 'outscale', 'aws'),
  names: fc.constantFrom('recipient', 'recipient', 'recipient', 'requester'),
  weeks: fc.integer({ min: 1, max: 3 }),
  interval,
  policy: policies,
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
  seed: fc.nat(),
});
