import { join } from 'node:path';
import { finiteNumber } from '../../emulator/decoders.ts';
import { startProcess } from '../childProcess.ts';
import { type Line, repeatInOrder, summarize } from '../report.ts';

const PROCESS = join(import.meta.dirname, '../processes/decisions.ts');

/** Decisions per second, by number of owners. Each has its own process, and they are measured in turn. */
export async function decisionRate({
  owners: [few, some, most] = [10, 1000, 10_000] as readonly [number, number, number],
  rounds = 9,
  ms = 300,
} = {}): Promise<readonly Line[]> {
  const sizes = [few, some, most];
  const children = await Promise.all(sizes.map((size) => startProcess(PROCESS, [String(size)])));
  try {
    const round = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const child of children) found.push(finiteNumber(await child.ask('decide', ms), ''));
      return found;
    };
    await round();
    const found = await repeatInOrder(rounds, round);
    const rates = (i: number): number[] => found.map((each) => each[i] ?? Number.NaN);
    const lines = sizes.map((count, i): Line => {
      const what = `decisions per second, ${formatCount(count)} owners`;
      return {
        ...ROW,
        what,
        ours: summarize(rates(i)),
        bound: null,
        ratio: null,
        limit: { atLeast: 100_000 },
      };
    });
    const longer = {
      ours: summarize(rates(2)),
      bound: summarize(rates(0)),
      ratio: summarize(rates(2).map((rate, i) => (rates(0)[i] ?? Number.NaN) / rate)),
    };
    const what = `${formatCount(most)} owners compared with ${formatCount(few)}: time per decision`;
    return [...lines, { ...ROW, what, ...longer, limit: { atMost: 2 } }];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

const ROW = { part: 'decisions', unit: '/s' } as const;

function formatCount(count: number): string {
  return count.toLocaleString('en');
}
