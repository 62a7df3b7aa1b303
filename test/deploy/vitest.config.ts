import { defineConfig, mergeConfig } from 'vitest/config';
import all from '../../vitest.config.ts';

/** `npm run test:deploy`: tests of a deployment and of the deployed functions, in sequence. */
export default mergeConfig(
  { ...all, test: { ...all.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/deploy/**/*.test.ts'],
      reporters: ['verbose', './test/tooling/skippedReporter.ts'],
      // Each test depends on the ones before it in its file, and a deployment needs both cores.
      bail: 1,
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
);
