import { MATCH_FIELD_NAMES, type Match } from '../../core/fields/evaluateMatch.ts';
import { createInterface, type KeyDigest, type Recipient, type VirtualInterface } from '../../core/model.ts';
import {
  connectionsOf,
  type Grant,
  type HoldRule,
  isPinned,
  type Owner,
  type Policy,
} from '../../core/policy.ts';
import { escapeText } from '../../core/printableText.ts';
import { PROVIDER_TRAITS, returnsField } from '../../core/providers.ts';
import {
  constrain,
  type Dimension,
  type FieldConstraint,
  givenOrAbsent,
  type NullableSet,
  nullableSets,
  onlyGiven,
  type Point,
  updateRequest,
} from '../algebra/setAlgebra.ts';
import {
  type FiniteSet,
  finiteSetOf,
  finiteSets,
  type IntervalSet,
  intervalSets,
  unusedText,
} from '../algebra/valueSets.ts';
import { invalidAddressReasons } from '../decideInIsolation.ts';
import type { LanguageField } from '../fields/languageField.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import { type FieldProduct, productOf } from './fieldProduct.ts';

/** The requests of the owner that a grant matches while it is valid, without those whose addresses no policy can accept. */
export function requestsOfGrant({ recipient }: Policy, owner: Owner, grant: Grant): FieldProduct {
  const { kinds } = PROVIDER_TRAITS[recipient.provider];
  return productOf([
    // The fields by which the grants of one owner differ come first, because they exclude most pairs.
    ...matchConstraints(grant.match, 'matchesCertainly'),
    ...LANGUAGE_FIELDS.connection.matchesCertainly(connectionsOfGrant(owner, grant)),
    // A run holds every request of a type that the provider does not have.
    constrain(TYPE, onlyGiven(finiteSetOf<string>(kinds.has(grant.type) ? [grant.type] : []))),
    constrain(ACCOUNT, onlyGiven(finiteSetOf(requesterAccounts(recipient, owner)))),
    constrain(TIME, [[firstInstant(grant), lastInstant(grant)]]),
    constrain(PAIRED, finiteSetOf([true])),
  ]);
}

/** The connections on which a grant can apply: a shared one does not identify the owner, so only a grant with a pin applies there. */
export function connectionsOfGrant(owner: Owner, { match }: Grant): readonly string[] {
  return isPinned(match) ? connectionsOf(owner) : owner.connections;
}

/**
 * The interfaces on shared connections that a pin attributes to its owner: certainly, or also those that it may attribute because the API
 * does not return a field. The validity of the grant does not matter.
 */
export function interfacesOfPin(
  { sharedConnections }: Owner,
  { match, type }: Grant,
  mode: 'matchesCertainly' | 'countsTowardsLimit',
): FieldProduct {
  const types = finiteSetOf<string>([type]);
  return productOf([
    ...matchConstraints(match, mode),
    ...LANGUAGE_FIELDS.connection.matchesCertainly(sharedConnections),
    constrain(TYPE, mode === 'matchesCertainly' ? onlyGiven(types) : givenOrAbsent(types)),
  ]);
}

/** The requests on some connections whose sessions all have the agreed key with this digest. */
export function requestsWithKey(connections: readonly string[], digest: KeyDigest): FieldProduct {
  return productOf([
    ...LANGUAGE_FIELDS.connection.matchesCertainly(connections),
    ...LANGUAGE_FIELDS.bgpKey.matchesCertainly(digest),
  ]);
}

/** The constraint that the type of an interface is not certainly another one. A private grant counts interfaces of every type. */
export function countedTypes({ type }: Grant): FieldConstraint[] {
  if (type === 'private') return [];
  const counted: FiniteSet<string> = { isComplement: true, values: new Set(['private', 'public']) };
  return [constrain(TYPE, givenOrAbsent(counted))];
}

/** The requests to which a hold rule applies. */
export function requestsOfHoldRule({ match }: HoldRule): FieldProduct {
  return productOf(matchConstraints(match, 'mayMatch'));
}

/** The constraint that a point is not before an instant, in milliseconds. */
export function notBefore(at: number): FieldConstraint {
  return constrain(TIME, [[at, LAST]]);
}

/** The ID of a typical request. */
export const TYPICAL_ID = 'dxvif-example';

/** A typical request of the target, on a connection that no owner has. */
export function typicalPoint(
  { recipient: { provider, account } }: { readonly recipient: Pick<Recipient, 'provider' | 'account'> },
  at: number,
): Point {
  const returned = MATCH_FIELD_NAMES.filter((field) => returnsField(provider, field));
  const values: Partial<VirtualInterface> = Object.assign(
    {},
    ...returned.map((field) => LANGUAGE_FIELDS[field].typical),
  );
  const request = createInterface({
    id: TYPICAL_ID,
    state: 'confirming',
    type: 'private',
    ownerAccount: account,
    ...values,
  });
  return { request, at };
}

/** The accounts that identify an owner's request: if the API reveals the requester before acceptance, also the owner's account. */
function requesterAccounts({ provider, account }: Policy['recipient'], owner: Owner): string[] {
  const { mayRevealRequester } = PROVIDER_TRAITS[provider];
  return mayRevealRequester && owner.account !== null ? [account, owner.account] : [account];
}

/** The constraints of a `match` or of a hold rule. */
export function matchConstraints(
  match: Match,
  mode: 'matchesCertainly' | 'countsTowardsLimit' | 'mayMatch',
): FieldConstraint[] {
  return MATCH_FIELD_NAMES.flatMap((field) => {
    const wanted = match[field];
    const language: LanguageField<unknown> = LANGUAGE_FIELDS[field];
    return wanted === null ? [] : language[mode](wanted);
  });
}

const TYPE: Dimension<NullableSet<FiniteSet<string>>, string | null> = {
  ...nullableSets(finiteSets({ other: unusedText('private', 'transit', 'public'), format: escapeText })),
  name: 'type',
  source: null,
  get: ({ request }) => request.type,
  put: updateRequest((_, type: string | null) => ({ type })),
};

const ACCOUNT: Dimension<NullableSet<FiniteSet<string>>, string | null> = {
  ...nullableSets(finiteSets({ other: unusedText('999999999999', '999999999998'), format: String })),
  name: 'account',
  source: null,
  get: ({ request }) => request.ownerAccount,
  put: updateRequest((_, ownerAccount: string | null) => ({ ownerAccount })),
};

/**
 * Whether the two addresses of every session form a valid pair. A run holds all others as `peers-invalid`, so no grant matches them. The
 * dimension `peers` has values for valid pairs only, so every member that is put into a point is valid.
 */
const PAIRED: Dimension<FiniteSet<boolean>, boolean> = {
  ...finiteSets<boolean>({
    other: (than) => [true, false].find((value) => !than.has(value)) ?? null,
    format: String,
  }),
  name: 'paired',
  source: null,
  get: ({ request }) => invalidAddressReasons(request).length === 0,
  // Only valid pairs are ever asked for, and a point has them already.
  put: (point) => point,
};

/** The last instant of a `Date`, in milliseconds. */
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

/** The instant without milliseconds, if it has none. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function firstInstant({ from: begin }: Grant): number {
  return begin === null ? -LAST : Date.parse(begin);
}

/** The last millisecond at which the grant is valid. */
function lastInstant({ until: end }: Grant): number {
  return end === null ? LAST : Date.parse(end) - 1;
}
