import type { Ternary } from '../../core/ternaryLogic.ts';
import { step } from './stepLimit.ts';

/** How far one glob has come in a text. */
export interface Reading {
  /** whether the text fits when it ends here */
  readonly fits: boolean;
  /** whether it fits whatever comes after; unknown while that depends */
  readonly whatever: Ternary;
  /** equal for readings of one glob that go on alike */
  readonly key: string;
  /** @returns how far it is after one more letter */
  readonly after: (letter: string) => Reading;
}

/** Before any letter. Of one glob there are few readings, and they come again and again: each is made once. */
export function start(glob: string): Reading {
  const made = new Map<string, Reading>();
  const at = (places: readonly number[]): Reading => {
    const key = places.join(',');
    const reading = made.get(key) ?? make(places, key);
    made.set(key, reading);
    return reading;
  };
  const make = (places: readonly number[], key: string): Reading => {
    const ways = new Map<string, Reading>();
    return {
      fits: places.includes(glob.length),
      whatever: whatever(glob, places),
      key,
      after: (letter) => {
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
export function globsMeet(a: string, b: string): boolean {
  if (isApart(a, b, 0, 1) || isApart(a, b, -1, -1)) return false;
  step(1 + ((a.length * b.length) >> 4));
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
function isApart(a: string, b: string, from: 0 | -1, by: 1 | -1): boolean {
  for (let i = from; ; i += by) {
    const [one, other] = [a.at(i), b.at(i)];
    if (one === undefined || other === undefined || one === '*' || other === '*') return false;
    if (one !== other) return true;
  }
}
