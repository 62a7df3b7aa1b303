import type { WrittenMatch } from './fields/matchFields.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from './policySchema.ts';
import { type AtPath, type PartialDocument, readableEntries, readableItems } from './readDocument.ts';

/** A policy of which parts may be missing or invalid. */
export type PartialPolicy = PartialDocument<WrittenPolicy>;
export type PartialOwner = PartialDocument<WrittenOwner>;
export type PartialGrant = PartialDocument<WrittenGrant>;
export type PartialMatch = PartialDocument<WrittenMatch>;

/** The owners that could be read. */
export function readableOwners(policy: PartialPolicy): AtPath<PartialOwner>[] {
  return readableEntries(policy.owners, ['owners']);
}

/** The grants of an owner that could be read. */
export function readableGrants({ value, path }: AtPath<PartialOwner>): AtPath<PartialGrant>[] {
  return readableEntries(value.grants, [...path, 'grants']);
}

/** Every `match`, and every hold rule, which has the same fields. */
export function readableMatches(policy: PartialPolicy): AtPath<PartialMatch>[] {
  const grants = readableOwners(policy).flatMap(readableGrants);
  const matches = grants.flatMap(({ value: { match }, path }) =>
    match === undefined ? [] : [{ value: match, path: [...path, 'match'] }],
  );
  return [...matches, ...readableItems(policy.hold, ['hold'])];
}

/** Every reference to a gateway, by owner and by grant. */
export function gatewayReferences(policy: PartialPolicy): AtPath<string>[] {
  return readableOwners(policy)
    .flatMap((owner): AtPath<PartialOwner | PartialGrant>[] => [owner, ...readableGrants(owner)])
    .flatMap(({ value: { gateway }, path }) =>
      gateway === undefined ? [] : [{ value: gateway, path: [...path, 'gateway'] }],
    );
}
