/**
 * Compares answers with what a story expects. An expected object needs only its own members in the answer, an expected list
 * as many items. An object with one of these keys is a condition: `$oneOf`, `$matches` (a regular expression), `$absent`,
 * `$contains` (an item of the list), `$lacks` (no item of the list), `$length`.
 */

/** A place where an answer differs from the expectation. */
export interface Difference {
  /** such as `virtualInterfaces.0.vlan`; empty for the whole answer */
  readonly path: string;
  readonly expected: unknown;
  /** `undefined`: the answer has no such member */
  readonly found: unknown;
}

type Condition = (argument: unknown, found: unknown) => boolean;

const items = (found: unknown): readonly unknown[] => (Array.isArray(found) ? found : []);
const matches = (expected: unknown, found: unknown): boolean => compare(expected, found, '').length === 0;

const CONDITIONS: Readonly<Record<string, Condition>> = {
  $oneOf: (values, found) => items(values).some((value) => matches(value, found)),
  $matches: (pattern, found) => found !== undefined && new RegExp(String(pattern)).test(String(found)),
  $absent: (_, found) => found === undefined,
  $contains: (item, found) => items(found).some((each) => matches(item, each)),
  $lacks: (item, found) => !items(found).some((each) => matches(item, each)),
  // XML has the same form for an empty list and an empty text.
  $length: (length, found) => items(found).length === length && (Array.isArray(found) || found === ''),
};

export function compare(expected: unknown, found: unknown, path: string): readonly Difference[] {
  const different = [{ path, expected, found }];
  if (Array.isArray(expected)) {
    if (!Array.isArray(found) || found.length !== expected.length) return different;
    return expected.flatMap((item, i) => compare(item, found[i], join(path, String(i))));
  }
  if (typeof expected === 'object' && expected !== null) return compareObject(expected, found, path);
  // The query protocol carries text only.
  const isSame = found !== undefined && found !== null && String(found) === String(expected);
  return isSame ? [] : different;
}

function compareObject(expected: object, found: unknown, path: string): readonly Difference[] {
  const members = Object.entries(expected);
  const [[key, argument] = ['', null]] = members;
  const condition = CONDITIONS[key];
  if (condition !== undefined) return condition(argument, found) ? [] : [{ path, expected, found }];
  const isObject = typeof found === 'object' && found !== null;
  // An answer without members can be any: that of the query protocol is then a text.
  if (!isObject && members.length > 0) return [{ path, expected, found }];
  return members.flatMap(([name, value]) => compare(value, memberAt(found, name), join(path, name)));
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The value at a path such as `virtualInterfaces.0.vlan`; `undefined`: there is none. */
export function memberAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((part, name) => (Object.hasOwn(Object(part), name) ? Object(part)[name] : undefined), value);
}

/** A text of the story refers to an output that no earlier step kept. */
export class MissingReference extends Error {
  override readonly name = 'MissingReference';
  readonly reference: string;
  constructor(reference: string) {
    super(`no earlier step kept \`${reference}\``);
    this.reference = reference;
  }
}

/** Replaces each `${name}` in the texts of a value. Throws `MissingReference`. */
export function resolveReferences(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const kept = known.get(name);
      if (kept === undefined) throw new MissingReference(name);
      return kept;
    });
  }
  if (Array.isArray(value)) return value.map((item) => resolveReferences(item, known));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolveReferences(member, known)]),
  );
}
