import { defineConfig, mergeConfig } from 'vitest/config';
import all from '../../vitest.config.ts';

/** `npm run test:clients`: unmodified clients of other parties, driven against the emulator. */
export default mergeConfig(
  { ...all, test: { ...all.test, include: [], exclude: [], reporters: [] } },
  defineConfig({
    test: {
      include: ['test/clients/**/*.test.ts'],
      reporters: ['verbose', './test/tooling/skippedReporter.ts'],
      // Some clients take a second for each call, and some wait in real time for a state.
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  }),
);
