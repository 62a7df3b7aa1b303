import { MATCH_FIELD_NAMES, type Match } from '../../core/fields/match.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, HoldRule, Owner, Policy } from '../../core/policy.ts';
import {
  type FiniteSet,
  finiteSets,
  type IntervalSet,
  intervalSets,
  oneOf,
  unusedText,
} from '../algebra/intervalSets.ts';
import {
  constrain,
  type Dimension,
  type FieldConstraint,
  type NullableSet,
  nullableSets,
  onlyGiven,
  type Point,
  updateRequest,
} from '../algebra/setAlgebra.ts';
import { invalidAddressReasons } from '../decideInIsolation.ts';
import { LANGUAGE_FIELDS, type LanguageField } from '../fields/matchFields.ts';
import { TYPICAL_SESSION } from '../fields/sessionField.ts';
import { type FieldProduct, productOf } from './fieldProduct.ts';

/** Requests that a grant fits, when, and from whom, without those that are held whatever a policy says. */
export function requestsOfGrant({ recipient }: Policy, owner: Owner, grant: Grant): FieldProduct {
  return productOf([
    // First what tells grants of one owner apart: most pairs are known not to meet by that alone.
    ...matchConstraints(grant.match, 'fits'),
    ...LANGUAGE_FIELDS.connection.fits(owner.connections),
    constrain(ACCOUNT, onlyGiven(oneOf(accountsOf(recipient, owner)))),
    constrain(TIME, [[from(grant), until(grant)]]),
    constrain(PAIRED, oneOf([true])),
  ]);
}

/** Requests that a `hold` line concerns. */
export function requestsOfHoldRule({ match }: HoldRule): FieldProduct {
  return productOf(matchConstraints(match, 'touches'));
}

/** Points from an instant on, in milliseconds. */
export function notBefore(at: number): FieldConstraint {
  return constrain(TIME, [[at, LAST]]);
}

/** A request of this target of which nothing particular is known, with a connection that is nobody's. */
export function typicalPoint({ recipient: { provider, account } }: Policy, at: number): Point {
  const request: VirtualInterface = {
    region: null,
    id: 'dxvif-example',
    state: 'confirming',
    type: 'private',
    ownerAccount: account,
    connection: 'dxcon-any',
    name: 'any',
    location: 'PAR1',
    vlan: 100,
    mtu: provider === 'aws' ? 1500 : null,
    gateway: null,
    tags: provider === 'aws' ? {} : null,
    peers: [TYPICAL_SESSION],
    readErrors: [],
    unreadable: [],
  };
  return { request, at };
}

/** As `identify` tells them: where the API reveals the requester before acceptance, it may be the owner's own account. */
function accountsOf({ provider, account }: Policy['recipient'], owner: Owner): string[] {
  return provider === 'outscale' && owner.account !== null ? [account, owner.account] : [account];
}

/** What a `match` or a `hold` line demands, axis by axis. */
export function matchConstraints(match: Match, mode: 'fits' | 'mayFit' | 'touches'): FieldConstraint[] {
  return MATCH_FIELD_NAMES.flatMap((field) => {
    const wanted = match[field];
    const language: LanguageField<unknown> = LANGUAGE_FIELDS[field];
    return wanted === null ? [] : language[mode](wanted);
  });
}

const ACCOUNT: Dimension<NullableSet<FiniteSet<string>>, string | null> = {
  ...nullableSets(finiteSets({ other: unusedText('999999999999', '999999999998'), format: String })),
  name: 'account',
  source: null,
  get: ({ request }) => request.ownerAccount,
  put: updateRequest((_, ownerAccount: string | null) => ({ ownerAccount })),
};

/**
 * Whether the addresses of every session make sense as a pair. Those that do not are held as `peers-invalid`, whatever a policy says, so
 * no grant has them. The axis of `peers` has no values of theirs, so every member that is put into a point is paired.
 */
const PAIRED: Dimension<FiniteSet<boolean>, boolean> = {
  ...finiteSets<boolean>({
    other: (than) => [true, false].find((value) => !than.has(value)) ?? null,
    format: String,
  }),
  name: 'paired',
  source: null,
  get: ({ request }) => invalidAddressReasons(request).length === 0,
  // Nobody asks for a pair that makes no sense: only whether one is there.
  put: (point) => point,
};

/** What a date can say, in milliseconds. */
const LAST = 8.64e15;

const TIME: Dimension<IntervalSet, number> = {
  ...intervalSets(-LAST, LAST, ([first, last]) =>
    [
      ...(first === -LAST ? [] : [`from ${formatInstant(first)}`]),
      ...(last === LAST ? [] : [`until ${formatInstant(last + 1)}`]),
    ].join(' '),
  ),
  name: 'time',
  source: null,
  get: ({ at }) => at,
  put: ({ request }, at) => ({ request, at }),
};

/** As people write it. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function from({ from: begin }: Grant): number {
  return begin === null ? -LAST : Date.parse(begin);
}

/** The last millisecond at which it holds. */
function until({ until: end }: Grant): number {
  return end === null ? LAST : Date.parse(end) - 1;
}
