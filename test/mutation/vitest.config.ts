import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import all from '../../vitest.config.ts';

/** A mutant is dead at the first test that fails, so what takes milliseconds goes first. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted(
      (a, b) => rank(a.moduleId) - rank(b.moduleId) || (a.moduleId < b.moduleId ? -1 : 1),
    );
  }
}

function rank(path: string): number {
  if (path.includes('/test/pass/')) return 2;
  return /[/]properties|[/]receipt[.]/.test(path) ? 1 : 0;
}

/** `npm run mutate`: the tests that every mutant meets, those of the core and of the pass. */
export default mergeConfig(
  { ...all, test: { ...all.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/core/**/*.test.ts', 'test/pass/**/*.test.ts'],
      // What waits for time-outs and cut connections asks the adapters more than the core, and takes half of the time.
      exclude: ['test/pass/{secrecy,ledgerDown,cutWrites,propertiesLife}.test.ts'],
      reporters: ['default'],
      // No file of these leaves anything behind, and a process for each would take most of the time.
      isolate: false,
      setupFiles: ['test/mutation/sameSeed.ts'],
      sequence: { sequencer: QuickestFirst },
    },
  }),
);
