import { defineConfig, mergeConfig } from 'vitest/config';
import all from '../../vitest.config.ts';

/** `npm run test:deploy`: a deployment and what runs of it, in the order of its story. */
export default mergeConfig(
  { ...all, test: { ...all.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/deploy/**/*.test.ts'],
      reporters: ['verbose', './test/tooling/skippedReporter.ts'],
      // Each step stands on the one before.
      bail: 1,
      testTimeout: 120_000,
      hookTimeout: 120_000,
    },
  }),
);
