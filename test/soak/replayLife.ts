import { writeSync } from 'node:fs';
import { installVirtualWorld, shrinkFailure } from './lifeSeeds.ts';

/** Runs one life again and prints its result. @returns whether it has no violation */
export async function replayLife(seed: number, path: string): Promise<boolean> {
  await installVirtualWorld();
  const { failed, plan, why } = await shrinkFailure(seed, path);
  writeSync(
    1,
    failed ? `${JSON.stringify(plan, null, 2)}\n${why}\n` : 'the life has no violation any more\n',
  );
  return !failed;
}
