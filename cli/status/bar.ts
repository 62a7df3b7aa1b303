import type { Gone } from './pendingView.ts';

const CELLS = 10;

/**
 * `████████░░ 78 %`: how much of the time until expiry is gone. What may be gone is drawn as `▒`, up to the end where
 * the early end is not known.
 */
export function bar({ atLeast, atMost }: Gone): string {
  const [certain, possible] = [cells(atLeast), cells(atMost ?? 1)];
  const drawn = '█'.repeat(certain) + '▒'.repeat(possible - certain) + '░'.repeat(CELLS - possible);
  const [least, most] = [percent(atLeast), percent(atMost ?? 1)];
  if (atMost === null) return `${drawn} ≥ ${least} %`;
  return least === most ? `${drawn} ${most} %` : `${drawn} ${least}–${most} %`;
}

function cells(share: number): number {
  return Math.round(share * CELLS);
}

/** Never 100 before it is. */
export function percent(share: number): number {
  return Math.floor(share * 100);
}
