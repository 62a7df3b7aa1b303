import { allOf, anyOf, type Ternary, toTernary } from '../../core/fields/matchField.ts';
import { globMatches } from '../../core/fields/nameAndTags.ts';
import { formatFirst, quote } from '../../core/printableText.ts';
import type { SetAlgebra } from './setAlgebra.ts';
import { ComparisonTooComplex, spendSteps } from './stepLimit.ts';

/** How far one glob has come in a text. */
export interface GlobState {
  /** whether the text fits when it ends here */
  readonly matches: boolean;
  /** whether it fits whatever comes after; unknown while that depends */
  readonly matchesAnyContinuation: Ternary;
  /** equal for readings of one glob that go on alike */
  readonly key: string;
  /** @returns how far it is after one more letter */
  readonly advance: (letter: string) => GlobState;
}

/** Before any letter. Of one glob there are few readings, and they come again and again: each is made once. */
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

/** What may still come after the last star may come after any before it: those, and what lies between, add nothing. */
function settled(glob: string, at: readonly number[]): number[] {
  const reached = new Set(at.flatMap((place) => beyondStars(glob, place)));
  const star = Math.max(-1, ...[...reached].filter((place) => glob[place] === '*'));
  return [...reached].filter((place) => place >= star).sort((a, b) => a - b);
}

/** A star may stand for nothing. */
function beyondStars(glob: string, place: number): number[] {
  return glob[place] === '*' ? [place, ...beyondStars(glob, place + 1)] : [place];
}

function whatever(glob: string, places: readonly number[]): Ternary {
  if (places.length === 0) return 'no';
  return glob.endsWith('*') && places.includes(glob.length - 1) ? 'yes' : 'unknown';
}

/** Whether some text fits both globs. In time that grows with the product of their lengths. */
function globsIntersect(a: string, b: string): boolean {
  if (areApart(a, b, 0, 1) || areApart(a, b, -1, -1)) return false;
  spendSteps(1 + ((a.length * b.length) >> 4));
  // How far both can have read the same text, as a place in `a` and one in `b`.
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

/** By how much either may go on. A star reads nothing, or whatever stands in the other. */
function onwards(one: string | undefined, other: string | undefined): readonly (readonly [number, number])[] {
  if (one !== '*' && other !== '*') return one === other ? TOGETHER : [];
  return [...(one === undefined ? [] : ALONE), ...(other === undefined ? [] : OTHER)];
}

const TOGETHER = [[1, 1]] as const;
const ALONE = [[1, 0]] as const;
const OTHER = [[0, 1]] as const;

/** Whether they differ before the first star of each or, from the end, after the last. */
function areApart(a: string, b: string, from: 0 | -1, by: 1 | -1): boolean {
  for (let i = from; ; i += by) {
    const [one, other] = [a.at(i), b.at(i)];
    if (one === undefined || other === undefined || one === '*' || other === '*') return false;
    if (one !== other) return true;
  }
}

/** Texts, told apart by which of some globs they fit. */
export interface GlobSet {
  /** each once */
  readonly globs: readonly string[];
  /** @param fits what the text does, glob by glob; unknown of a text that may still go on */
  readonly evaluate: (fits: (glob: string) => Ternary) => Ternary;
  /** lists of which the text fits a glob each; `null` where it says that a glob is not fitted */
  readonly required: readonly (readonly string[])[] | null;
  /** for people; `null` when it has no plain words */
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

/** What fits any of these. */
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

/** Whether two of its demands alone exclude each other: found out at once, where a search would look at every way. */
function isApart({ required }: GlobSet): boolean {
  const all = required ?? [];
  return all.some((one, i) =>
    all.slice(i + 1).some((other) => one.every((a) => other.every((b) => !globsIntersect(a, b)))),
  );
}

const found = new WeakMap<GlobSet, ReturnType<SetAlgebra<GlobSet, string>['pickMember']>>();

/** Ways that are looked at before it is given up. */
const MOST = 5000;

/**
 * Breadth first over what can be told apart: two texts that leave every glob in the same state go on alike. So it ends, and
 * what it finds is the shortest; the empty text, which hardly is a name, only where there is no other.
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

/** Fail closed: whoever asked does not get an answer. */
function tooMany(own: readonly string[]): ComparisonTooComplex {
  return new ComparisonTooComplex(
    `the globs ${formatFirst(own.map(quote), 10)} go together in more ways than can be compared; write fewer stars, or fewer globs`,
  );
}

/** A text, and where it leaves each glob. */
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

/** Whether it may lead to a member, itself included. */
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
