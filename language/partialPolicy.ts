import type { Path } from './diagnostic.ts';
import type { WrittenMatch } from './fields/matchFields.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from './policySchema.ts';

/**
 * What the schema could make of a file. Keys and list indices are those of the file; a value that the schema refused
 * is `undefined`, and a key that is absent was not written. So one slip never hides what the rules say of the rest.
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

/** Something in the draft and where it stands. */
export interface AtPath<T> {
  readonly value: T;
  readonly path: Path;
}

/** Entries of a map, or items of a list, that can be read. */
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

/** Every `match`, and every `hold` line, which reads like one. */
export function readableMatches(draft: PartialPolicy): AtPath<PartialMatch>[] {
  const grants = readableOwners(draft).flatMap(readableGrants);
  const matches = grants.flatMap(({ value: { match }, path }) =>
    match === undefined ? [] : [{ value: match, path: [...path, 'match'] }],
  );
  return [...matches, ...readableItems(draft.hold, ['hold'])];
}

/** Every place that says which gateway is given. */
export function gatewayReferences(draft: PartialPolicy): AtPath<string>[] {
  return readableOwners(draft)
    .flatMap((owner): AtPath<PartialOwner | PartialGrant>[] => [owner, ...readableGrants(owner)])
    .flatMap(({ value: { gateway }, path }) =>
      gateway === undefined ? [] : [{ value: gateway, path: [...path, 'gateway'] }],
    );
}
