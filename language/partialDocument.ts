import type { Path } from './diagnostic.ts';

/**
 * The parts of a document that the schema accepted. Keys and list indices are those of the file; a value that the schema rejected is
 * `undefined`, and an absent key was not written. So the rules can check the rest of a document that has an error.
 */
export type PartialDocument<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly (PartialDocument<Item> | undefined)[]
    : { readonly [K in keyof T]?: PartialDocument<T[K]> | undefined };

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

/** The items of a list that could be read. */
export function readableItems<T>(list: readonly (T | undefined)[] | undefined, path: Path): AtPath<T>[] {
  return (list ?? []).flatMap((value, i) => (value === undefined ? [] : [{ value, path: [...path, i] }]));
}
