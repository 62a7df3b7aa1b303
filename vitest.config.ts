import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They deploy, build an image or install clients, which takes minutes: `npm run test:deploy`, `test:container`, `test:clients`.
    exclude: ['test/deploy/**', 'test/container/**', 'test/clients/**'],
    reporters: ['default', './test/tooling/skippedReporter.ts'],
    // Most tests take milliseconds; those that synthesise, bundle or start a process take seconds on two cores.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Processes: a thread has no real standard error, which bundling by the CDK writes to.
    pool: 'forks',
    maxWorkers: '100%',
    // A test that leaves the machine's own accounts or proxies reachable would pass or fail by where it runs.
    env: {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  },
});
