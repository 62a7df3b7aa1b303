import { allOf, anyOf, type Ternary, toTernary } from '../../core/fields/matchField.ts';
import { globMatches } from '../../core/fields/nameAndTags.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import { formatFirst, quote } from '../../core/printableText.ts';
import { ComparisonTooComplex, spendSteps } from '../stepLimit.ts';
import type { Member, SetAlgebra } from './setAlgebra.ts';

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
  const created = new Map<string, GlobState>();
  const stateAt = (positions: readonly number[]): GlobState => {
    const key = positions.join(',');
    const state = created.get(key) ?? createState(positions, key);
    created.set(key, state);
    return state;
  };
  const createState = (positions: readonly number[], key: string): GlobState => {
    const successors = new Map<string, GlobState>();
    return {
      matches: positions.includes(glob.length),
      matchesAnyContinuation: matchContinuations(glob, positions),
      key,
      advance: (letter) => {
        const next =
          successors.get(letter) ?? stateAt(dropRedundant(glob, advancePositions(glob, positions, letter)));
        successors.set(letter, next);
        return next;
      },
    };
  };
  return stateAt(dropRedundant(glob, [0]));
}

function advancePositions(glob: string, positions: readonly number[], letter: string): number[] {
  return positions.flatMap((position) => {
    if (glob[position] === '*') return [position];
    return glob[position] === letter ? [position + 1] : [];
  });
}

/** The positions after the last star that was reached: everything before it matches no more than it does. */
function dropRedundant(glob: string, stateAt: readonly number[]): number[] {
  const reached = new Set(stateAt.flatMap((position) => skipStars(glob, position)));
  const star = Math.max(-1, ...[...reached].filter((position) => glob[position] === '*'));
  return [...reached].filter((position) => position >= star).sort((a, b) => a - b);
}

/** A position and those after it that are reached without a letter, because a star can match nothing. */
function skipStars(glob: string, position: number): number[] {
  return glob[position] === '*' ? [position, ...skipStars(glob, position + 1)] : [position];
}

function matchContinuations(glob: string, positions: readonly number[]): Ternary {
  if (positions.length === 0) return 'no';
  return glob.endsWith('*') && positions.includes(glob.length - 1) ? 'yes' : 'unknown';
}

/** Whether some text matches both globs. Takes time in proportion to the product of their lengths. */
function globsIntersect(a: string, b: string): boolean {
  if (areApart(a, b, 0, 1) || areApart(a, b, -1, -1)) return false;
  spendSteps(1 + ((a.length * b.length) >> 4));
  // Pairs of positions, one in `a` and one in `b`, that the same text can lead to.
  const [width, end] = [b.length + 1, (a.length + 1) * (b.length + 1) - 1];
  const seen = new Uint8Array(end + 1);
  const open = [0];
  for (let stateAt = open.pop(); stateAt !== undefined; stateAt = open.pop()) {
    if (stateAt === end) return true;
    const [i, j] = [Math.floor(stateAt / width), stateAt % width];
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
  /** whether a text is in the set. @param matches whether the text matches a glob; unknown while the text may continue */
  readonly evaluate: (matches: (glob: string) => Ternary) => Ternary;
  /** lists of globs: the text matches at least one of each list; `null` if the set also excludes matches */
  readonly required: readonly (readonly string[])[] | null;
  /** description for people; `null` when there is no short one */
  readonly description: string | null;
}

/** Results are memoized by the sets: a comparison asks for the same ones of each grant many times. */
export const globSets: SetAlgebra<GlobSet, string> = {
  all: { globs: [], evaluate: () => 'yes', required: [], description: 'any' },
  intersect: (a, b) => {
    if (a === b || isAll(a) || isNone(b)) return b;
    return isAll(b) || isNone(a) ? a : intersectionsWith(a)(b);
  },
  complement: memoizeByObject(({ globs, evaluate }) => ({
    globs,
    evaluate: (matches) => negate(evaluate(matches)),
    required: null,
    description: null,
  })),
  contains: ({ evaluate }, text) => evaluate((glob) => toTernary(globMatches(glob, text))) === 'yes',
  pickMember: (set) => memberOf(set).found,
  describe: ({ description }) => description,
};

const intersectionsWith = memoizeByObject((a: GlobSet) =>
  memoizeByObject(
    (b: GlobSet): GlobSet => ({
      globs: [...new Set([...a.globs, ...b.globs])],
      evaluate: (matches) => allOf([a.evaluate(matches), b.evaluate(matches)]),
      required: a.required === null || b.required === null ? null : [...a.required, ...b.required],
      description:
        a.description === null || b.description === null
          ? null
          : `both (${a.description}) and (${b.description})`,
    }),
  ),
);

const memberOf = memoizeByObject((set: GlobSet): { readonly found: Member<string> | null } => ({
  found: hasDisjointLists(set) ? null : findShortest(set),
}));

/** The sets by their globs. Equal sets of two policies, or of two grants, are one object, so that they share results. */
const knownSets = new Map<string, GlobSet>();

/** The texts that match at least one of the globs. */
export function matchingAnyGlob(globs: readonly string[]): GlobSet {
  const key = JSON.stringify(globs);
  const known = knownSets.get(key);
  if (known !== undefined) return known;
  const set: GlobSet = {
    globs,
    evaluate: (matches) => anyOf(globs.map(matches)),
    required: [globs],
    description: globs.map(quote).join(' or '),
  };
  knownSets.set(key, set);
  return set;
}

function isAll({ globs, evaluate }: GlobSet): boolean {
  return globs.length === 0 && evaluate(() => 'no') === 'yes';
}

function isNone({ globs, evaluate }: GlobSet): boolean {
  return globs.length === 0 && evaluate(() => 'no') === 'no';
}

function negate(one: Ternary): Ternary {
  return one === 'unknown' ? one : toTernary(one === 'no');
}

/** Whether two required lists of globs exclude each other. This is fast, and spares most searches. */
function hasDisjointLists({ required }: GlobSet): boolean {
  const all = required ?? [];
  return all.some((one, i) =>
    all.slice(i + 1).some((other) => one.every((a) => other.every((b) => !globsIntersect(a, b)))),
  );
}

/** How many states a search visits before it gives up. */
const MAX_STATES = 5000;

/**
 * Finds the shortest text in the set by breadth-first search over the states of all globs: two texts that lead to the same states have
 * the same continuations, so the search ends. The empty text, which is hardly a name, is returned only if there is no other.
 */
function findShortest(set: GlobSet): Member<string> | null {
  const letters = lettersOf(set.globs);
  const first: Candidate = { text: '', states: set.globs.map(startGlob) };
  const seen = new Set<string>();
  const isNew = ({ states }: Candidate): boolean => {
    const before = seen.size;
    if (seen.add(states.map(({ key }) => key).join(';')).size > MAX_STATES)
      throw tooManyCombinations(set.globs);
    return seen.size > before;
  };
  for (let frontier = [first]; frontier.length > 0; ) {
    spendSteps(frontier.length * letters.length * set.globs.length);
    frontier = frontier
      .flatMap((candidate) => letters.map((letter) => extend(candidate, letter)))
      .filter((candidate) => isPossible(set, candidate) && isNew(candidate));
    const end = frontier.find((candidate) => isMember(set, candidate));
    if (end !== undefined) return { value: end.text };
  }
  return isMember(set, first) ? { value: '' } : null;
}

/** Fail closed: the question gets no answer. */
function tooManyCombinations(globs: readonly string[]): ComparisonTooComplex {
  return new ComparisonTooComplex(
    `the globs ${formatFirst(globs.map(quote), 10)} have too many combinations to compare; use fewer stars, or fewer globs`,
  );
}

/** A text, and the state of each glob after it. */
interface Candidate {
  readonly text: string;
  readonly states: readonly GlobState[];
}

function extend({ text, states }: Candidate, letter: string): Candidate {
  return { text: text + letter, states: states.map((state) => state.advance(letter)) };
}

function isMember({ globs, evaluate }: GlobSet, { states }: Candidate): boolean {
  return evaluate((glob) => toTernary(states[globs.indexOf(glob)]?.matches ?? false)) === 'yes';
}

/** Whether the text or a continuation of it may be in the set. */
function isPossible({ globs, evaluate }: GlobSet, { states }: Candidate): boolean {
  return evaluate((glob) => states[globs.indexOf(glob)]?.matchesAnyContinuation ?? 'no') !== 'no';
}

/** Every letter of the globs, and one that represents all others. */
function lettersOf(globs: readonly string[]): string[] {
  // By code units, as globs are matched.
  const letters = new Set(globs.flatMap((glob) => glob.replaceAll('*', '').split('')));
  const other =
    [...'xyzabcdefghijklmnopqrstuvw0123456789-_.'].find((letter) => !letters.has(letter)) ?? '\u{e000}';
  return [other, ...letters];
}
