import { join } from 'node:path';
import { startChild } from '../child.ts';
import { figure } from '../figures.ts';
import { repeated, spreadOf } from '../measure.ts';
import type { Line } from '../row.ts';

const PROCESS = join(import.meta.dirname, '../processes/decisions.ts');

/**
 * Decisions a second, by the number of owners, each in a process of its own that is asked in turn with the others. What the
 * number of owners makes of it shows where as many of them are in memory on both sides: a few owners alone stay in the
 * processor's caches.
 */
export async function decisions({
  owners: [few, some, most] = [10, 1000, 10_000] as readonly [number, number, number],
  rounds = 9,
  ms = 300,
} = {}): Promise<readonly Line[]> {
  const sizes = [[few], [some], [most], [few, most / few]];
  const children = await Promise.all(sizes.map((size) => startChild(PROCESS, size.map(String))));
  try {
    const round = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const child of children) found.push(figure(await child.ask('decide', ms), ''));
      return found;
    };
    await round();
    const found = await repeated(rounds, round);
    const rates = (i: number): number[] => found.map((each) => each[i] ?? Number.NaN);
    const lines = [few, some, most].map((count, i): Line => {
      const what = `decisions a second, ${words(count)} owners`;
      return {
        ...ROW,
        what,
        ours: spreadOf(rates(i)),
        bound: null,
        ratio: null,
        limit: { atLeast: 100_000 },
      };
    });
    const longer = (than: number[]) => ({
      ours: spreadOf(rates(2)),
      bound: spreadOf(than),
      ratio: spreadOf(rates(2).map((rate, i) => (than[i] ?? Number.NaN) / rate)),
    });
    const against = `${words(most)} owners against ${words(few)}: times as long`;
    return [
      ...lines,
      { ...ROW, what: `${against}, as many in memory`, ...longer(rates(3)), limit: { atMost: 2 } },
      { ...ROW, what: `${against}, the few alone in memory`, ...longer(rates(0)), limit: null },
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

const ROW = { part: 'decisions', unit: '/s' } as const;

function words(count: number): string {
  return count.toLocaleString('en');
}
