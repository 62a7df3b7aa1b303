import { writeSync } from 'node:fs';
import { addUp, NOTHING, type Tally } from './counters.ts';
import { fail, leaveTheWorld, lifeOf, planOf, whatIsWrong } from './lifeSeeds.ts';

/** Lives one seed after the other until there were so many weeks; tells its parent what was in them. */
const [weeks = 1, first = 0] = process.argv.slice(2).map(Number);
await leaveTheWorld();
let tally: Tally = NOTHING;
for (let seed = first; tally.weeks < weeks; seed += 1) {
  const { violations, ...lived } = await lifeOf(planOf(seed));
  tally = addUp(tally, { ...lived, lives: 1, violations: violations.length });
  process.send?.(tally);
  if (violations.length === 0) continue;
  tell(seed, whatIsWrong(violations), '0');
  const { path, why } = await fail(seed, null);
  if (path !== null && path !== '0') tell(seed, `made smaller:\n${why}`, path);
}
process.exit(0);

/** Past what the function may write to. */
function tell(which: number, what: string, path: string): void {
  writeSync(2, `seed ${which}: ${what}\nreplay it: npm run soak -- --seed ${which} --path ${path}\n`);
}
