import type { Harm, Ill, Place } from '../plan/ills.ts';

/** The ills of one pass, dealt out to its calls. */
export function illsOf(ills: readonly Ill[]) {
  const counts = new Map<Place, number>();
  let total = 0;
  const lasting = new Map<Place, Ill>();
  return {
    /** What befalls the next call to this place. */
    next: (place: Place): Ill | null => {
      const own = counts.get(place) ?? 0;
      const found = ills.find((ill) =>
        ill.place === null ? ill.turn === total : ill.place === place && ill.turn === own,
      );
      counts.set(place, own + 1);
      total += 1;
      if (found?.lasts && REPEATS.has(found.harm)) lasting.set(place, found);
      return found ?? lasting.get(place) ?? null;
    },
  };
}

/** What can go on: nobody is killed twice. */
const REPEATS: ReadonlySet<Harm> = new Set<Harm>([
  'throttled',
  'serverError',
  'denied',
  'resetBefore',
  'hangBefore',
  'resetAfter',
  'hangAfter',
  'errorAfter',
  'html',
  'emptyBody',
  'emptyObject',
  'truncatedBody',
  'slow',
]);
