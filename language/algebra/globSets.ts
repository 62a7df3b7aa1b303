import { allOf, anyOf, type Ternary, toTernary } from '../../core/fields/matchField.ts';
import { globMatches } from '../../core/fields/nameAndTags.ts';
import { formatFirst, quote } from '../../core/printableText.ts';
import { ComparisonTooComplex, spendSteps } from '../stepLimit.ts';
import type { SetAlgebra } from './setAlgebra.ts';

/** The state of matching a text to one glob, as a deterministic automaton. */
export interface GlobState {
  /** whether the text matches if it ends here */
  readonly matches: boolean;
  /** whether the text matches with every continuation; unknown if that depends on the continuation */
  readonly matchesAnyContinuation: Ternary;
  /** identifies the state: texts with equal keys have the same continuations */
  readonly key: string;
  /** returns the state after one more letter */
  readonly advance: (letter: string) => GlobState;
}

/** The state before the first letter. A glob has few states, which recur, so each is created once. */
function startGlob(glob: string): GlobState {
  const made = new Map<string, GlobState>();
  const at = (places: readonly number[]): GlobState => {
    const key = places.join(',');
    const reading = made.get(key) ?? make(places, key);
    made.set(key, reading);
    return reading;
  };
  const make = (places: readonly number[], key: string): GlobState => {
    const ways = new Map<string, GlobState>();
    return {
      matches: places.includes(glob.length),
      matchesAnyContinuation: whatever(glob, places),
      key,
      advance: (letter) => {
        const next = ways.get(letter) ?? at(settled(glob, moved(glob, places, letter)));
        ways.set(letter, next);
        return next;
      },
    };
  };
  return at(settled(glob, [0]));
}

function moved(glob: string, places: readonly number[], letter: string): number[] {
  return places.flatMap((place) => {
    if (glob[place] === '*') return [place];
    return glob[place] === letter ? [place + 1] : [];
  });
}

/** The positions after the last star that was reached: everything before it matches no more than it does. */
function settled(glob: string, at: readonly number[]): number[] {
  const reached = new Set(at.flatMap((place) => beyondStars(glob, place)));
  const star = Math.max(-1, ...[...reached].filter((place) => glob[place] === '*'));
  return [...reached].filter((place) => place >= star).sort((a, b) => a - b);
}

/** A position and those after it that are reached without a letter, because a star can match nothing. */
function beyondStars(glob: string, place: number): number[] {
  return glob[place] === '*' ? [place, ...beyondStars(glob, place + 1)] : [place];
}

function whatever(glob: string, places: readonly number[]): Ternary {
  if (places.length === 0) return 'no';
  return glob.endsWith('*') && places.includes(glob.length - 1) ? 'yes' : 'unknown';
}

/** Whether some text matches both globs. Takes time in proportion to the product of their lengths. */
function globsIntersect(a: string, b: string): boolean {
  if (areApart(a, b, 0, 1) || areApart(a, b, -1, -1)) return false;
  spendSteps(1 + ((a.length * b.length) >> 4));
  // Pairs of positions, one in `a` and one in `b`, that the same text can lead to.
  const [width, end] = [b.length + 1, (a.length + 1) * (b.length + 1) - 1];
  const seen = new Uint8Array(end + 1);
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === end) return true;
    const [i, j] = [Math.floor(at / width), at % width];
    for (const next of onwards(a[i], b[j]).map(([di, dj]) => (i + di) * width + j + dj)) {
      if (seen[next] === 0) open.push(next);
      seen[next] = 1;
    }
  }
  return false;
}

/** The steps from a pair of positions. A star matches nothing, or the next character of the other glob. */
function onwards(one: string | undefined, other: string | undefined): readonly (readonly [number, number])[] {
  if (one !== '*' && other !== '*') return one === other ? TOGETHER : [];
  return [...(one === undefined ? [] : ALONE), ...(other === undefined ? [] : OTHER)];
}

const TOGETHER = [[1, 1]] as const;
const ALONE = [[1, 0]] as const;
const OTHER = [[0, 1]] as const;

/** Whether the globs differ before their first stars or, read from the end, after their last. */
function areApart(a: string, b: string, from: 0 | -1, by: 1 | -1): boolean {
  for (let i = from; ; i += by) {
    const [one, other] = [a.at(i), b.at(i)];
    if (one === undefined || other === undefined || one === '*' || other === '*') return false;
    if (one !== other) return true;
  }
}

/** A set of texts, defined by which globs a text matches. */
export interface GlobSet {
  /** all globs on which membership depends, each once */
  readonly globs: readonly string[];
  /** whether a text is in the set. @param fits whether the text matches a glob; unknown while the text may continue */
  readonly evaluate: (fits: (glob: string) => Ternary) => Ternary;
  /** lists of globs: the text matches at least one of each list; `null` if the set also excludes matches */
  readonly required: readonly (readonly string[])[] | null;
  /** description for people; `null` when there is no short one */
  readonly description: string | null;
}

export const globSets: SetAlgebra<GlobSet, string> = {
  all: { globs: [], evaluate: () => 'yes', required: [], description: 'any' },
  intersect: (a, b) => {
    if (a === b || isAll(a) || isNone(b)) return b;
    if (isAll(b) || isNone(a)) return a;
    return {
      globs: [...new Set([...a.globs, ...b.globs])],
      evaluate: (fits) => allOf([a.evaluate(fits), b.evaluate(fits)]),
      required: a.required === null || b.required === null ? null : [...a.required, ...b.required],
      description:
        a.description === null || b.description === null
          ? null
          : `both (${a.description}) and (${b.description})`,
    };
  },
  complement: ({ globs: own, evaluate }) => ({
    globs: own,
    evaluate: (fits) => opposite(evaluate(fits)),
    required: null,
    description: null,
  }),
  contains: ({ evaluate: holds }, text) => holds((glob) => toTernary(globMatches(glob, text))) === 'yes',
  pickMember: (set) => {
    const known = found.get(set);
    if (known !== undefined) return known;
    const member = isApart(set) ? null : search(set);
    found.set(set, member);
    return member;
  },
  describe: ({ description }) => description,
};

/** The texts that match at least one of the globs. */
export function matchingAnyGlob(own: readonly string[]): GlobSet {
  return {
    globs: own,
    evaluate: (fits) => anyOf(own.map(fits)),
    required: [own],
    description: own.map(quote).join(' or '),
  };
}

function isAll({ globs: own, evaluate: holds }: GlobSet): boolean {
  return own.length === 0 && holds(() => 'no') === 'yes';
}

function isNone({ globs: own, evaluate: holds }: GlobSet): boolean {
  return own.length === 0 && holds(() => 'no') === 'no';
}

function opposite(one: Ternary): Ternary {
  return one === 'unknown' ? one : toTernary(one === 'no');
}

/** Whether two required lists of globs exclude each other. This is fast, and spares most searches. */
function isApart({ required }: GlobSet): boolean {
  const all = required ?? [];
  return all.some((one, i) =>
    all.slice(i + 1).some((other) => one.every((a) => other.every((b) => !globsIntersect(a, b)))),
  );
}

const found = new WeakMap<GlobSet, ReturnType<SetAlgebra<GlobSet, string>['pickMember']>>();

/** How many states a search visits before it gives up. */
const MOST = 5000;

/**
 * Finds the shortest text in the set by breadth-first search over the states of all globs: two texts that lead to the same states have
 * the same continuations, so the search ends. The empty text, which is hardly a name, is returned only if there is no other.
 */
function search(set: GlobSet): ReturnType<SetAlgebra<GlobSet, string>['pickMember']> {
  const letters = alphabet(set.globs);
  const first: Way = { text: '', states: set.globs.map(startGlob) };
  const seen = new Set<string>();
  const isNew = ({ states }: Way): boolean => {
    const before = seen.size;
    if (seen.add(states.map(({ key }) => key).join(';')).size > MOST) throw tooMany(set.globs);
    return seen.size > before;
  };
  for (let rim = [first]; rim.length > 0; ) {
    spendSteps(rim.length * letters.length * set.globs.length);
    rim = rim
      .flatMap((way) => letters.map((letter) => longer(way, letter)))
      .filter((way) => isPossible(set, way) && isNew(way));
    const end = rim.find((way) => isMember(set, way));
    if (end !== undefined) return { value: end.text };
  }
  return isMember(set, first) ? { value: '' } : null;
}

/** Fail closed: the question gets no answer. */
function tooMany(own: readonly string[]): ComparisonTooComplex {
  return new ComparisonTooComplex(
    `the globs ${formatFirst(own.map(quote), 10)} have too many combinations to compare; use fewer stars, or fewer globs`,
  );
}

/** A text, and the state of each glob after it. */
interface Way {
  readonly text: string;
  readonly states: readonly GlobState[];
}

function longer({ text, states }: Way, letter: string): Way {
  return { text: text + letter, states: states.map((state) => state.advance(letter)) };
}

function isMember({ globs: own, evaluate: holds }: GlobSet, { states }: Way): boolean {
  return holds((glob) => toTernary(states[own.indexOf(glob)]?.matches ?? false)) === 'yes';
}

/** Whether the text or a continuation of it may be in the set. */
function isPossible({ globs: own, evaluate: holds }: GlobSet, { states }: Way): boolean {
  return holds((glob) => states[own.indexOf(glob)]?.matchesAnyContinuation ?? 'no') !== 'no';
}

/** Every letter of the globs, and one that stands for all others. */
function alphabet(own: readonly string[]): string[] {
  // By code units, as globs are matched.
  const letters = new Set(own.flatMap((glob) => glob.replaceAll('*', '').split('')));
  const other =
    [...'xyzabcdefghijklmnopqrstuvw0123456789-_.'].find((letter) => !letters.has(letter)) ?? '\u{e000}';
  return [other, ...letters];
}
