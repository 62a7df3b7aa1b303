export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false, pool: 'forks' },
  mutate: [
    'core/{acceptanceOrder,applyLedgerChanges,deadline,decide,decisionContext,decoders,endedRequest,followUp,grants}.ts',
    'core/{identifyRequester,interfaceFields,ip,json,limits,model,neighbours,networkConflicts,observations,policy}.ts',
    'core/{preflightChecks,reasons,receipt,reconcile,resourceIds,ungrantedInterfaces}.ts',
    'core/fields/*.ts',
    'run/{acceptRequest,acceptRequests,concurrencyLimit,confirm,currentState,runContext}.ts',
  ],
  ignorePatterns: ['/cdk.out', '/coverage', '/dist', '/reports', '*.tgz'],
  coverageAnalysis: 'perTest',
  disableTypeChecks: false,
  // Stryker would rewrite tsconfig.json with an API that TypeScript 7 does not have; no test reads that file.
  tsconfigFile: 'none',
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  thresholds: { high: 97, low: 95, break: 95 },
  tempDirName: '.stryker-tmp',
};
