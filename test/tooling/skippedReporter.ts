import type { Reporter, TestModule } from 'vitest/node';

/** Lists every skipped test at the end, so that a skipped test does not look like a successful one. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map(
        ({ fullName }) => `  ${module.relativeModuleId}: ${fullName}`,
      ),
    );
    if (skipped.length > 0)
      process.stdout.write(`\n SKIPPED because this machine lacks a requirement:\n${skipped.join('\n')}\n`);
  }
}
