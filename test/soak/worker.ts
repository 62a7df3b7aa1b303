import { writeSync } from 'node:fs';
import { addCounters, type Counters, NO_COUNTS } from './counters.ts';
import { describeViolations, installVirtualWorld, planOf, runLifeOf, shrinkFailure } from './lifeSeeds.ts';

/** Runs lives, one seed after the other, until they have the requested number of weeks. Sends their counts to the parent process. */
const [weeks = 1, first = 0] = process.argv.slice(2).map(Number);
await installVirtualWorld();
let counters: Counters = NO_COUNTS;
for (let seed = first; counters.weeks < weeks; seed += 1) {
  const { violations, ...result } = await runLifeOf(planOf(seed));
  counters = addCounters(counters, { ...result, lives: 1, violations: violations.length });
  process.send?.(counters);
  if (violations.length === 0) continue;
  report(seed, describeViolations(violations), '0');
  const { path, why } = await shrinkFailure(seed, null);
  if (path !== null && path !== '0') report(seed, `shrunk:\n${why}`, path);
}
process.exit(0);

/** Writes to the real standard output, which the function cannot reach. */
function report(which: number, what: string, path: string): void {
  writeSync(2, `seed ${which}: ${what}\nreplay it: npm run soak -- --seed ${which} --path ${path}\n`);
}
