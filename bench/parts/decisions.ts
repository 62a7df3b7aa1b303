import { join } from 'node:path';
import { startChild } from '../child.ts';
import { figure } from '../figures.ts';
import { repeated, spreadOf } from '../measure.ts';
import type { Line } from '../row.ts';

const PROCESS = join(import.meta.dirname, '../processes/decisions.ts');

/** Decisions a second, by the number of owners, each in a process of its own that is asked in turn with the others. */
export async function decisions({
  owners = [10, 1000, 10_000],
  rounds = 9,
  ms = 300,
} = {}): Promise<readonly Line[]> {
  const children = await Promise.all(owners.map((count) => startChild(PROCESS, [String(count)])));
  try {
    const decide = (i: number) => children[i]?.ask('decide', ms).then((answer) => figure(answer, ''));
    const round = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const i of children.keys()) found.push((await decide(i)) ?? Number.NaN);
      return found;
    };
    await round();
    const found = await repeated(rounds, round);
    const lines = owners.map((count, i): Line => {
      const what = `decisions a second, ${count.toLocaleString('en')} owners`;
      const ours = spreadOf(found.map((each) => each[i] ?? Number.NaN));
      return {
        part: 'decisions',
        what,
        unit: '/s',
        ours,
        bound: null,
        ratio: null,
        limit: { atLeast: 100_000 },
      };
    });
    return [...lines, growing(owners, found)];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** What one decision takes with the most owners, in times of what it takes with the fewest. */
function growing(owners: readonly number[], found: readonly number[][]): Line {
  const slowest = found.map((each) => each.at(-1) ?? Number.NaN);
  const fastest = found.map(([first = Number.NaN]) => first);
  return {
    part: 'decisions',
    what: `${owners.at(-1)?.toLocaleString('en')} owners against ${owners[0]}: times as long`,
    unit: '/s',
    ours: spreadOf(slowest),
    bound: spreadOf(fastest),
    ratio: spreadOf(slowest.map((rate, i) => (fastest[i] ?? Number.NaN) / rate)),
    limit: { atMost: 2 },
  };
}
