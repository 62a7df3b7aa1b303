import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { addCounters, type Counters, countersTable, NO_COUNTS } from './counters.ts';

const HELP = `npm run soak -- [--weeks N] [--seed N] [--jobs N]     simulate lives, one for each seed, until they have N weeks in total
npm run soak -- --seed N --path PATH                  replay one life after shrinking`;

/**
 * The soak: simulated lives of a target with injected faults, each from a seed, in as many processes as there are cores. When it is
 * interrupted, it prints the results so far.
 */
async function soak(weeks: number, seed: number, jobs: number): Promise<Counters> {
  const allCounters = Array<Counters>(jobs).fill(NO_COUNTS);
  const each = Math.ceil(weeks / jobs);
  const workers = allCounters.map((_, job) =>
    inProcesses(each, seed + job * 1_000_000, (counters) => {
      allCounters[job] = counters;
    }),
  );
  const interrupted = new Promise((resolve) => {
    process.once('SIGINT', resolve);
  });
  await Promise.race([Promise.all(workers.map(({ ended }) => ended)), interrupted]);
  for (const { stop } of workers) stop();
  return allCounters.reduce(addCounters, NO_COUNTS);
}

/** Weeks of one process. Each life leaves some memory behind, and a large heap makes the later lives slow. */
const WEEKS_PER_PROCESS = 500;

/** Runs the weeks in one process after the other. */
function inProcesses(weeks: number, seed: number, report: (counters: Counters) => void) {
  let done = NO_COUNTS;
  let child: ChildProcess | null = null;

  function next(): Promise<void> {
    const before = done;
    const part = Math.min(weeks - before.weeks, WEEKS_PER_PROCESS);
    const args = [String(part), String(seed + before.lives)];
    const worker = fork(new URL('worker.ts', import.meta.url), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = worker;
    worker.on('message', (counters: Counters) => {
      done = addCounters(before, counters);
      report(done);
    });
    return new Promise<void>((resolve, reject) => {
      worker.on('exit', (code) =>
        code === 0 || worker.killed ? resolve() : reject(new Error(`a worker ended with ${code}`)),
      );
    }).then(() => (worker.killed || done.weeks >= weeks ? undefined : next()));
  }

  return { ended: next(), stop: () => child?.kill() };
}

const { values } = parseArgs({
  options: {
    weeks: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: String(availableParallelism()) },
    path: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [weeks, seed, jobs] = [values.weeks, values.seed, values.jobs].map(Number);
const isWhole = (n: number | undefined): n is number => n !== undefined && Number.isSafeInteger(n) && n >= 0;
if (values.help || !isWhole(weeks) || !isWhole(seed) || !isWhole(jobs) || jobs === 0) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else if (values.path === undefined) {
  const started = performance.now();
  const counters = await soak(weeks, seed, jobs);
  console.log(countersTable(counters, seed, (performance.now() - started) / 1000));
  process.exitCode = counters.violations > 0 ? 1 : 0;
} else {
  const { replayLife: replay } = await import('./replayLife.ts');
  // Each killed run leaves a timer of the real clock, which would keep this process for the timeout of the function.
  process.exit((await replay(seed, values.path)) ? 0 : 1);
}
