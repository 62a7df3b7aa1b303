import type { Ternary } from '../../lambda/core/ternary.ts';

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
