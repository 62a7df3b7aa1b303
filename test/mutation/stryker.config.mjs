export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false, pool: 'forks' },
  mutate: [
    'lambda/core/{applyChange,canonical,deadline,decide,decode,ended,followUp,grants,identify,ids,inspect}.ts',
    'lambda/core/{ip,lastLook,limits,model,order,orphans,policy,receipt,reconcile,sanity,sightings,subnets,ternary,world}.ts',
    'lambda/core/fields/*.ts',
    'lambda/pass/{acceptInTurn,attempt,budget,confirm,lanes,turns}.ts',
  ],
  ignorePatterns: ['/cdk.out', '/coverage', '/dist', '/reports', '*.tgz'],
  coverageAnalysis: 'perTest',
  disableTypeChecks: false,
  // Stryker would rewrite it through an API that TypeScript 7 does not have, and no test reads it.
  tsconfigFile: 'none',
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  thresholds: { high: 97, low: 95, break: 95 },
  tempDirName: '.stryker-tmp',
};
