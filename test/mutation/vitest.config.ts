import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import all from '../../vitest.config.ts';

/** Runs the fastest test files first: a mutant is killed by the first test that fails. */
class FastestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted(
      (a, b) => rank(a.moduleId) - rank(b.moduleId) || (a.moduleId < b.moduleId ? -1 : 1),
    );
  }
}

function rank(path: string): number {
  if (path.includes('/test/run/')) return 2;
  return /[/]properties|[/]receipt[.]/.test(path) ? 1 : 0;
}

/** The tests that `npm run mutate` runs for every mutant: those of core/ and run/. */
export default mergeConfig(
  { ...all, test: { ...all.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/core/**/*.test.ts', 'test/run/**/*.test.ts'],
      // Tests that wait for time-outs and closed connections test adapters rather than core/, and take half of the time.
      exclude: ['test/run/{bgpKeySecrecy,ledgerOutage,partialWrites}.test.ts'],
      reporters: ['default'],
      // These files share no state, and a process for each would take most of the time.
      isolate: false,
      setupFiles: ['test/mutation/sameSeed.ts'],
      sequence: { sequencer: FastestFirst },
    },
  }),
);
