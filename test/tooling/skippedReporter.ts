import type { Reporter, TestModule } from 'vitest/node';

/** Names every test that was skipped, at the end of a run: what was not seen must not look as if it had been. */
export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map(
        ({ fullName }) => `  ${module.relativeModuleId}: ${fullName}`,
      ),
    );
    if (skipped.length > 0)
      process.stdout.write(`\n SKIPPED for want of something here:\n${skipped.join('\n')}\n`);
  }
}
