import { evaluateMatch, type FieldVerdict, matchVerdict } from './fields/evaluateMatch.ts';
import { toTernary } from './fields/matchField.ts';
import type { VirtualInterface } from './model.ts';
import { type Grant, isPinned, type Owner } from './policy.ts';
import { compareByCodePoint, quote } from './printableText.ts';
import type { NearestGrant, Reason } from './reasons.ts';

/** The grants that match a request now, or why there is none. */
export type FittingGrants =
  | { readonly found: true; readonly fitting: readonly Grant[]; readonly first: Grant }
  | {
      readonly found: false;
      readonly reasons: readonly Reason[];
      /** the gateway of the grants that could apply; `null` if they differ */
      readonly gateway: string | null;
    };

/** Evaluates every grant of the owner. The order of grants never matters; `fitting` is sorted by name. */
export function findFittingGrants(owner: Owner, request: VirtualInterface, at: Date): FittingGrants {
  const matching = grantsFor(owner, request).filter(
    ({ type, match }) => type === request.type && matchVerdict(match, request, 'matchesCertainly') === 'yes',
  );
  if (matching.length > 1) matching.sort((a, b) => compareByCodePoint(a.name, b.name));
  const fitting = matching.filter((grant) => validityReason(owner, grant, at) === null);
  const [first] = fitting;
  if (first !== undefined) return { found: true, fitting, first };
  if (matching.length === 0) return explainNoGrant(owner, request);
  const notValidNow = matching
    .map((grant) => validityReason(owner, grant, at))
    .filter((reason) => reason !== null);
  return { found: false, reasons: notValidNow, gateway: sharedGateway(matching) };
}

/** Fail closed: on a shared connection, a grant without a pin allows nothing. A checked policy has none there. */
function grantsFor({ grants, sharedConnections }: Owner, { connection }: VirtualInterface): readonly Grant[] {
  const isShared = connection !== null && sharedConnections.includes(connection);
  return isShared ? grants.filter(({ match }) => isPinned(match)) : grants;
}

/** The gateway that all grants give; `null` if they differ, or if there is no grant. */
export function sharedGateway(grants: readonly Grant[]): string | null {
  const [gateway, ...others] = new Set(grants.map((grant) => grant.gateway));
  return gateway === undefined || others.length > 0 ? null : gateway;
}

/** Why a grant is not valid at a time; `null`: it is valid. */
export function validityReason(owner: Owner, { name, from, until }: Grant, at: Date): Reason | null {
  if (from !== null && at.getTime() < Date.parse(from)) {
    return { code: 'grant-not-started', parameters: { owner: owner.name, grant: name, from } };
  }
  if (until !== null && at.getTime() >= Date.parse(until)) {
    return { code: 'grant-ended', parameters: { owner: owner.name, grant: name, until } };
  }
  return null;
}

/**
 * Evaluates everything that a grant demands of a request, in the order of messages. The type is left out of the usual case that
 * both are private.
 */
export function evaluateGrant({ type, match }: Grant, request: VirtualInterface): FieldVerdict[] {
  const actual = request.type === null ? null : quote(request.type);
  const verdict = request.type === null ? 'unknown' : toTernary(request.type === type);
  const demand: FieldVerdict = { field: 'type', expected: type, actual, verdict };
  const isUsual = type === 'private' && verdict === 'yes';
  return [...(isUsual ? [] : [demand]), ...evaluateMatch(match, request, 'matchesCertainly')];
}

function explainNoGrant(owner: Owner, request: VirtualInterface): FittingGrants {
  const grants = grantsFor(owner, request);
  const ofType = grants.filter(({ type }) => type === request.type);
  // A grant for another type is the nearest only if there is no other.
  const candidates = (ofType.length > 0 ? ofType : grants).map((grant) => ({ owner, grant }));
  const parameters = { owner: owner.name, nearest: findNearest(candidates, request) };
  // Suggests a gateway only if all grants for the type give the same one: the nearest grant is a guess.
  return { found: false, reasons: [{ code: 'no-grant', parameters }], gateway: sharedGateway(ofType) };
}

interface EvaluatedGrant {
  readonly owner: Owner;
  readonly grant: Grant;
  readonly fields: readonly FieldVerdict[];
}

/** The grant that a request fails to match in the least; `null`: there is no candidate. */
export function findNearest(
  candidates: readonly Pick<EvaluatedGrant, 'owner' | 'grant'>[],
  request: VirtualInterface,
): NearestGrant | null {
  const evaluated = candidates
    .map(({ owner, grant }): EvaluatedGrant => ({ owner, grant, fields: evaluateGrant(grant, request) }))
    .sort(
      (a, b) =>
        mismatchScore(a) - mismatchScore(b) ||
        matchingFieldCount(b) - matchingFieldCount(a) ||
        compareByCodePoint(a.owner.name, b.owner.name) ||
        compareByCodePoint(a.grant.name, b.grant.name),
    );
  const [best] = evaluated;
  if (best === undefined) return null;
  const { owner, grant, fields } = best;
  return {
    owner: owner.name,
    grant: grant.name,
    gateway: grant.gateway,
    failed: fields.filter(({ verdict }) => verdict !== 'yes'),
  };
}

/**
 * Orders grants by the number of fields that do not match, then by how many of these are only unknown. Ties: more matching
 * fields, then names.
 */
function mismatchScore({ fields }: EvaluatedGrant): number {
  return fields.reduce(
    (sum, { verdict }) => sum + (verdict === 'yes' ? 0 : verdict === 'unknown' ? 1000 : 1001),
    0,
  );
}

function matchingFieldCount({ fields }: EvaluatedGrant): number {
  return fields.filter(({ verdict }) => verdict === 'yes').length;
}
