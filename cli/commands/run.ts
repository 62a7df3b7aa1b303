import { systemClock } from '../../adapters/connect.ts';
import { createFilePublisher } from '../../adapters/events/filePublisher.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import type { Ports } from '../../run/ports.ts';
import { readPingUrl, sendPing } from '../heartbeat.ts';
import {
  describeLedgerLock,
  openLedger,
  pruneLedger,
  readLedgerLock,
  withLedgerOption,
} from '../ledgerOptions.ts';
import { describeDiagnostics, loadValidPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { startProgress } from '../output/progress.ts';
import { describeRun } from '../output/runText.ts';
import { describeProblems, paintFor, printDocument } from '../output/terminal.ts';
import { forEachTarget, type RunTargetOptions, runTarget } from '../runTarget.ts';

export interface RunOptions extends RunTargetOptions {
  readonly policy?: readonly string[];
  readonly ledger?: string;
  readonly events?: string;
  readonly ping?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `run` and, with `dryRun`, `plan`: one pass over every target, some at once; a broken one stops no other. */
export async function run(given: RunOptions): Promise<ExitCode> {
  const address = readPingUrl(given.ping, process.env);
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  const { dryRun = false } = options;
  const interruption = catchInterruption();
  const remaining = (): number => (interruption.aborted ? 0 : Number.POSITIVE_INFINITY);
  const progress = startProgress(options.json ? null : process.stderr, policies.length);
  const world = sharedWorld(options);
  const { results: passes, rethrow } = await forEachTarget(policies, (compiled) =>
    runTarget(compiled, options, (connected) => ({ ...connected, ...world }), {
      remaining,
      dryRun,
      progress,
    }),
  );
  progress.stop();
  if (passes.length === 0) rethrow();
  const locked = passes.map(async (report) => ({ report, lock: await lockOf(report, policies, options) }));
  const shown = await Promise.all(locked);
  if (options.json) {
    printDocument({ passes, faults: errors });
    const paint = paintFor(process.stderr);
    process.stderr.write(shown.map(({ report, lock }) => describeProblems(report, paint, lock)).join(''));
  } else {
    const paint = paintFor(process.stdout);
    const texts = shown.map(({ report, lock }) => describeRun(report, paint, lock));
    process.stdout.write(`${texts.join('\n\n')}\n`);
  }
  if (errors.length > 0)
    process.stderr.write(
      describeDiagnostics(errors, 'no pass was made by FILES; the others went on', paintFor(process.stderr)),
    );
  rethrow();
  const isWell = errors.length === 0 && passes.every(({ status }) => status === 'completed');
  if (isWell && address !== null && !dryRun) await tell(address);
  // Last of all, since it may read a million records: nothing waits for it but the end of the command.
  if (!dryRun && !interruption.aborted) await prune(options);
  if (errors.length > 0) return EXIT.invalidPolicy;
  const ends = new Set(passes.map(({ status }) => status));
  if (ends.has('failed')) return EXIT.failed;
  return ends.has('leaseHeld') ? EXIT.locked : EXIT.done;
}

/** What kept a run from its work, in words; `null`: nothing did. */
async function lockOf(
  { status, target }: RunReport,
  policies: readonly CompiledPolicy[],
  options: RunOptions,
): Promise<string | null> {
  const compiled = policies.find(({ policy }) => policy.target === target);
  if (status !== 'leaseHeld' || compiled === undefined) return null;
  return describeLedgerLock(await readLedgerLock(compiled.policy, options), systemClock.now());
}

/** Nothing depends on what is kept too long, so that a failure is a warning. */
async function prune(options: RunOptions): Promise<void> {
  const problem = await pruneLedger(options);
  if (problem !== null)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} ends of more than 90 days ago were not deleted: ${problem}\n`,
    );
}

/** Whoever waits for a ping learns by its absence; a pass is as good without it. */
async function tell(address: URL): Promise<void> {
  const problem = await sendPing(address);
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).warn('warning:')} ${problem}\n`);
}

/** Made once for all targets, since they write to the same ledger and file: each keeps its writers in turn. */
function sharedWorld(options: RunOptions): Pick<Ports, 'clock' | 'ledger' | 'eventPublisher'> {
  const { events } = options;
  return {
    clock: systemClock,
    ledger: openLedger(options),
    eventPublisher: events === undefined ? null : createFilePublisher(events),
  };
}

/**
 * How far apart two signals are that mean two wishes. A terminal and systemd send a signal to every process, and npm and
 * bin/launch.cjs pass on what they get: so one wish arrives two or three times.
 */
const APART_MS = 1000;

/**
 * The first Ctrl-C (or SIGTERM, or the end of its terminal) lets what is under way end, so that the lease is given back and nothing is left in doubt.
 * One that comes later ends the process at once.
 */
function catchInterruption(): AbortSignal {
  const interruption = new AbortController();
  let first = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (!interruption.signal.aborted) {
      first = performance.now();
      process.stderr.write('stopping: no further confirm is begun; Ctrl-C again stops at once\n');
      interruption.abort();
    } else if (performance.now() - first > APART_MS) {
      // Without a listener it does what it does by default.
      process.removeListener(signal, interrupt);
      process.kill(process.pid, signal);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return interruption.signal;
}
