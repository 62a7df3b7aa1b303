import { evaluateMatch, type FieldVerdict, matchVerdict } from './fields/match.ts';
import type { VirtualInterface } from './model.ts';
import type { Grant, Owner } from './policy.ts';
import { compareByCodePoint, formatList } from './printableText.ts';
import type { NearestGrant, Reason } from './reasons.ts';

/** The grants that a request fits now, or why there is none. */
export type FittingGrants =
  | { readonly found: true; readonly fitting: readonly Grant[]; readonly first: Grant }
  | {
      readonly found: false;
      readonly reasons: readonly Reason[];
      /** of the grants that it could come to; `null` where they disagree */
      readonly gateway: string | null;
    };

/** Evaluates every grant of the owner; their order never matters. `fitting` is by code point of the name. */
export function findFittingGrants(owner: Owner, request: VirtualInterface, at: Date): FittingGrants {
  const matching = owner.grants.filter(
    (grant) => matchVerdict(grant.match, request, 'matchesCertainly') === 'yes',
  );
  if (matching.length > 1) matching.sort((a, b) => compareByCodePoint(a.name, b.name));
  const fitting = matching.filter((grant) => validityReason(owner, grant, at) === null);
  const [first] = fitting;
  if (first !== undefined) return { found: true, fitting, first };
  if (matching.length === 0) return noGrant(owner, request);
  const untimely = matching
    .map((grant) => validityReason(owner, grant, at))
    .filter((reason) => reason !== null);
  return { found: false, reasons: untimely, gateway: sharedGateway(matching) };
}

/** The gateway that all of them lead to; `null` when they disagree, or there is none. */
export function sharedGateway(grants: readonly Grant[]): string | null {
  const [gateway, ...others] = new Set(grants.map((grant) => grant.gateway));
  return gateway === undefined || others.length > 0 ? null : gateway;
}

/** Why a grant does not hold now; `null`: it does. */
export function validityReason(owner: Owner, { name, from, until }: Grant, at: Date): Reason | null {
  if (from !== null && at.getTime() < Date.parse(from)) {
    return { code: 'grant-not-started', message: `grant \`${owner.name}.${name}\` begins at ${from}` };
  }
  if (until !== null && at.getTime() >= Date.parse(until)) {
    return { code: 'grant-ended', message: `grant \`${owner.name}.${name}\` ended at ${until}` };
  }
  return null;
}

interface Judged {
  readonly grant: Grant;
  readonly fields: readonly FieldVerdict[];
}

function noGrant(owner: Owner, request: VirtualInterface): FittingGrants {
  const judged = owner.grants
    .map((grant): Judged => ({ grant, fields: evaluateMatch(grant.match, request, 'matchesCertainly') }))
    .sort((a, b) => compareByCodePoint(a.grant.name, b.grant.name));
  const [best] = judged.toSorted((a, b) => distance(a) - distance(b) || fitting(b) - fitting(a));
  if (best === undefined) {
    const message = `owner \`${owner.name}\` has no grant`;
    return { found: false, reasons: [{ code: 'no-grant', message }], gateway: null };
  }
  const failed = best.fields.filter(({ verdict }) => verdict !== 'yes');
  const nearest: NearestGrant = {
    owner: owner.name,
    grant: best.grant.name,
    gateway: best.grant.gateway,
    failed,
  };
  const message = `no grant of owner \`${owner.name}\` fits; nearest is \`${best.grant.name}\`: ${formatList(failed.map(shortfall))}`;
  // A person is told a gateway to give only where there is no choice: the nearest grant is a guess.
  const gateway = sharedGateway(owner.grants);
  return { found: false, reasons: [{ code: 'no-grant', message, nearest }], gateway };
}

/** Fewest fields that fail; of those, most that are only unknown; of those, most that fit. Last, the sort before: by name. */
function distance({ fields }: Judged): number {
  return fields.reduce(
    (sum, { verdict }) => sum + (verdict === 'yes' ? 0 : verdict === 'unknown' ? 1000 : 1001),
    0,
  );
}

function fitting({ fields }: Judged): number {
  return fields.filter(({ verdict }) => verdict === 'yes').length;
}

function shortfall({ field, expected, actual, verdict }: FieldVerdict): string {
  if (actual === null) return `${field} must be ${expected}, and the API does not give it`;
  const gap = verdict === 'unknown' ? ', and the API does not give all of it' : '';
  return `${field} must be ${expected}, is ${actual}${gap}`;
}
