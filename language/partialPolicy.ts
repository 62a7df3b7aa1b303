import type { Path } from './diagnostic.ts';
import type { WrittenMatch } from './fields/matchFields.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from './policySchema.ts';

/**
 * What the schema could make of a file. Keys and list indices are those of the file; a value that the schema refused
 * is `undefined`, and a key that is absent was not written. So one slip never hides what the rules say of the rest.
 */
export type Draft<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (Draft<Item> | undefined)[]
    : { readonly [K in keyof T]?: Draft<T[K]> | undefined };

export type PolicyDraft = Draft<WrittenPolicy>;
export type OwnerDraft = Draft<WrittenOwner>;
export type GrantDraft = Draft<WrittenGrant>;
export type MatchDraft = Draft<WrittenMatch>;

/** Something in the draft and where it stands. */
export interface At<T> {
  readonly value: T;
  readonly path: Path;
}

/** Entries of a map, or items of a list, that can be read. */
export function entriesOf<T>(map: Readonly<Record<string, T | undefined>> | undefined, path: Path): At<T>[] {
  return Object.entries(map ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [{ value, path: [...path, key] }],
  );
}

export function itemsOf<T>(list: readonly (T | undefined)[] | undefined, path: Path): At<T>[] {
  return (list ?? []).flatMap((value, i) => (value === undefined ? [] : [{ value, path: [...path, i] }]));
}

export function ownersOf(draft: PolicyDraft): At<OwnerDraft>[] {
  return entriesOf(draft.owners, ['owners']);
}

export function grantsOf({ value, path }: At<OwnerDraft>): At<GrantDraft>[] {
  return entriesOf(value.grants, [...path, 'grants']);
}

/** Every `match`, and every `hold` line, which reads like one. */
export function matchesOf(draft: PolicyDraft): At<MatchDraft>[] {
  const grants = ownersOf(draft).flatMap(grantsOf);
  const matches = grants.flatMap(({ value: { match }, path }) =>
    match === undefined ? [] : [{ value: match, path: [...path, 'match'] }],
  );
  return [...matches, ...itemsOf(draft.hold, ['hold'])];
}

/** Every place that says which gateway is given. */
export function referencesOf(draft: PolicyDraft): At<string>[] {
  return ownersOf(draft)
    .flatMap((owner): At<OwnerDraft | GrantDraft>[] => [owner, ...grantsOf(owner)])
    .flatMap(({ value: { gateway }, path }) =>
      gateway === undefined ? [] : [{ value: gateway, path: [...path, 'gateway'] }],
    );
}
