/** How far one glob has come in a text. */
export interface Reading {
  readonly glob: string;
  /** places in the glob at which it may stand, in order */
  readonly places: readonly number[];
  /** whether the text fits when it ends here */
  readonly fits: boolean;
  /** equal for readings that go on alike */
  readonly key: string;
}

export function start(glob: string): Reading {
  return reading(glob, [0]);
}

export function read({ glob, places }: Reading, letter: string): Reading {
  const next = places.flatMap((place) => {
    if (glob[place] === '*') return [place];
    return glob[place] === letter ? [place + 1] : [];
  });
  return reading(glob, next);
}

function reading(glob: string, at: readonly number[]): Reading {
  const reached = new Set(at.flatMap((place) => beyondStars(glob, place)));
  // What may still come after the last star may come after any before it: those and what lies between add nothing.
  const star = Math.max(-1, ...[...reached].filter((place) => glob[place] === '*'));
  const places = [...reached].filter((place) => place >= star).sort((a, b) => a - b);
  return { glob, places, fits: places.includes(glob.length), key: places.join(',') };
}

/** A star may stand for nothing. */
function beyondStars(glob: string, place: number): number[] {
  return glob[place] === '*' ? [place, ...beyondStars(glob, place + 1)] : [place];
}
