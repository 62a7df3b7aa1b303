import type { Path } from './diagnostic.ts';
import type { WrittenMatch } from './fields/matchFields.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from './policySchema.ts';

/**
 * The parts of a document that the schema accepted. Keys and list indices are those of the file; a value that the schema rejected is
 * `undefined`, and an absent key was not written. So the rules can check the rest of a document that has an error.
 */
export type PartialDocument<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (PartialDocument<Item> | undefined)[]
    : { readonly [K in keyof T]?: PartialDocument<T[K]> | undefined };

export type PartialPolicy = PartialDocument<WrittenPolicy>;
export type PartialOwner = PartialDocument<WrittenOwner>;
export type PartialGrant = PartialDocument<WrittenGrant>;
export type PartialMatch = PartialDocument<WrittenMatch>;

/** A value of a partial document, and its path. */
export interface AtPath<T> {
  readonly value: T;
  readonly path: Path;
}

/** The entries of a map that could be read. */
export function readableEntries<T>(
  map: Readonly<Record<string, T | undefined>> | undefined,
  path: Path,
): AtPath<T>[] {
  return Object.entries(map ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [{ value, path: [...path, key] }],
  );
}

export function readableItems<T>(list: readonly (T | undefined)[] | undefined, path: Path): AtPath<T>[] {
  return (list ?? []).flatMap((value, i) => (value === undefined ? [] : [{ value, path: [...path, i] }]));
}

export function readableOwners(draft: PartialPolicy): AtPath<PartialOwner>[] {
  return readableEntries(draft.owners, ['owners']);
}

export function readableGrants({ value, path }: AtPath<PartialOwner>): AtPath<PartialGrant>[] {
  return readableEntries(value.grants, [...path, 'grants']);
}

/** Every `match`, and every hold rule, which has the same fields. */
export function readableMatches(draft: PartialPolicy): AtPath<PartialMatch>[] {
  const grants = readableOwners(draft).flatMap(readableGrants);
  const matches = grants.flatMap(({ value: { match }, path }) =>
    match === undefined ? [] : [{ value: match, path: [...path, 'match'] }],
  );
  return [...matches, ...readableItems(draft.hold, ['hold'])];
}

/** Every reference to a gateway, by owner and by grant. */
export function gatewayReferences(draft: PartialPolicy): AtPath<string>[] {
  return readableOwners(draft)
    .flatMap((owner): AtPath<PartialOwner | PartialGrant>[] => [owner, ...readableGrants(owner)])
    .flatMap(({ value: { gateway }, path }) =>
      gateway === undefined ? [] : [{ value: gateway, path: [...path, 'gateway'] }],
    );
}
