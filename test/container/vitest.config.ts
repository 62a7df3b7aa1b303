import { defineConfig, mergeConfig } from 'vitest/config';
import all from '../../vitest.config.ts';

/** `npm run test:container`: builds the image and runs it. */
export default mergeConfig(
  { ...all, test: { ...all.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['test/container/**/*.test.ts'],
      reporters: ['verbose', './test/tooling/skippedReporter.ts'],
      // The build installs the dependencies twice.
      hookTimeout: 20 * 60_000,
      testTimeout: 120_000,
    },
  }),
);
