import { systemClock } from '../../adapters/connectApis.ts';
import { createFilePublisher } from '../../adapters/events/filePublisher.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { CompiledPolicy, Diagnostic } from '../../language/index.ts';
import type { Ports, Webhook } from '../../run/ports.ts';
import { readPingUrl, sendPing } from '../heartbeat.ts';
import {
  describeLedgerLock,
  openLedger,
  pruneLedger,
  readLedgerLock,
  withLedgerOption,
} from '../ledgerOptions.ts';
import { printPolicyErrors, printPolicyWarnings } from '../loadPolicies.ts';
import { loadPoliciesAndMeasure, measureRuns } from '../metrics/measuredTargets.ts';
import { writeMetrics } from '../metrics/metricsFile.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { startProgress } from '../output/progress.ts';
import { describeRun } from '../output/runText.ts';
import { describeProblems, paintFor, printDocument, printTexts } from '../output/terminal.ts';
import { forEachTarget, type RunTargetOptions, runTarget } from '../runTarget.ts';
import { readWebhooks } from '../webhookOptions.ts';

export interface RunOptions extends RunTargetOptions {
  readonly policy?: readonly string[];
  readonly ledger?: string;
  readonly events?: string;
  readonly notify?: readonly string[];
  readonly ping?: string;
  readonly metrics?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `run` and, with `dryRun`, `plan`: runs once over every target, several at a time. A failing target does not stop the others. */
export async function run(given: RunOptions): Promise<ExitCode> {
  const pingUrl = readPingUrl(given.ping, process.env);
  refuseMetricsOfPlan(given);
  // A plan publishes nothing, so it needs no valid webhooks.
  const webhooks = given.dryRun === true ? [] : readWebhooks(given.notify ?? [], process.env);
  const { policies, errors } = await loadPoliciesAndMeasure(given, 'run');
  printPolicyWarnings(policies);
  const options = withLedgerOption(given, policies);
  const { dryRun = false, quiet = false } = options;
  const interruption = catchInterruption();
  const remaining = (): number => (interruption.aborted ? 0 : Number.POSITIVE_INFINITY);
  const progress = startProgress(options.json || quiet ? null : process.stderr, policies.length);
  const shared = createSharedPorts(options, webhooks);
  const { results: runs, rethrow } = await forEachTarget(policies, (compiled) =>
    runTarget(compiled, options, (connected) => ({ ...connected, ...shared }), {
      remaining,
      dryRun,
      progress,
    }),
  );
  progress.stop();
  const unmeasured = await writeMetrics(options.metrics, () =>
    measureRuns({ policies, errors }, runs, shared.ledger),
  );
  if (runs.length === 0) rethrow();
  const shown = await Promise.all(
    runs.map(async (report) => ({ report, lock: await describeLock(report, policies, options) })),
  );
  printRuns(shown, errors, options);
  rethrow();
  const isComplete = errors.length === 0 && runs.every(({ status }) => status === 'completed');
  if (isComplete && pingUrl !== null && !dryRun) await pingOrWarn(pingUrl);
  // Last, because it may read a million records, and nothing but the end of the command waits for it.
  if (!dryRun && !interruption.aborted) await pruneOrWarn(options);
  if (errors.length > 0) return EXIT.invalidPolicy;
  const statuses = new Set(runs.map(({ status }) => status));
  if (statuses.has('failed') || unmeasured) return EXIT.failed;
  return statuses.has('leaseHeld') ? EXIT.locked : EXIT.done;
}

/** @throws UsageError */
function refuseMetricsOfPlan({ metrics, dryRun }: RunOptions): void {
  if (metrics !== undefined && dryRun)
    throw new UsageError(
      '--metrics reports runs, and --dry-run makes none; remove one of them, or use `status --metrics FILE`',
    );
}

/** A run, with the description of the lease that kept it from its target. */
interface ShownRun {
  readonly report: RunReport;
  readonly lock: string | null;
}

function printRuns(
  shown: readonly ShownRun[],
  errors: readonly Diagnostic[],
  { json = false, quiet = false }: RunOptions,
): void {
  if (json) {
    printDocument({ runs: shown.map(({ report }) => report), errors });
    // The document contains the problems.
    if (quiet) return;
    const paint = paintFor(process.stderr);
    process.stderr.write(shown.map(({ report, lock }) => describeProblems(report, paint, lock)).join(''));
  } else {
    const paint = paintFor(process.stdout);
    const reported = quiet ? shown.filter(({ report }) => needsReport(report)) : shown;
    printTexts(reported.map(({ report, lock }) => describeRun(report, paint, lock)));
  }
  printPolicyErrors(errors, { invalid: 'not run', others: 'were run' });
}

/** Whether `--quiet` shows the run: everything but a completed run that found no request, no end of one and no problem. */
function needsReport({
  status,
  requests,
  ended,
  followUps,
  ungranted,
  unexpectedRoutes,
  warnings,
  failures,
}: RunReport): boolean {
  const found = [requests, ended, followUps, ungranted, unexpectedRoutes, warnings, failures];
  return status !== 'completed' || found.some(({ length }) => length > 0);
}

/** Describes the lease that kept a run from its target; `null`: the run was not locked out. */
async function describeLock(
  { status, target }: RunReport,
  policies: readonly CompiledPolicy[],
  options: RunOptions,
): Promise<string | null> {
  const compiled = policies.find(({ policy }) => policy.target === target);
  if (status !== 'leaseHeld' || compiled === undefined) return null;
  return describeLedgerLock(await readLedgerLock(compiled.policy, options), systemClock.now());
}

/** Deletes old history records. A failure is only a warning, because nothing depends on the deletion. */
async function pruneOrWarn(options: RunOptions): Promise<void> {
  const problem = await pruneLedger(options);
  if (problem !== null)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} records older than 90 days were not deleted: ${problem}\n`,
    );
}

/** Calls the dead-man's switch. A failure is only a warning: the switch raises an alarm by itself when calls are missing. */
async function pingOrWarn(url: URL): Promise<void> {
  const problem = await sendPing(url);
  if (problem !== null) process.stderr.write(`${paintFor(process.stderr).warn('warning:')} ${problem}\n`);
}

/** Creates the ports that all targets share: ledger and events file each serialise their writers. */
function createSharedPorts(
  options: RunOptions,
  webhooks: readonly Webhook[],
): Pick<Ports, 'clock' | 'ledger' | 'eventPublisher' | 'webhooks'> {
  const { events } = options;
  return {
    clock: systemClock,
    ledger: openLedger(options),
    eventPublisher: events === undefined ? null : createFilePublisher(events),
    webhooks,
  };
}

/**
 * Minimum time between two signals that count as two requests to stop. A terminal and systemd signal every process, and npm and
 * bin/launch.cjs forward signals, so that one request arrives two or three times.
 */
const SIGNAL_INTERVAL_MS = 1000;

/**
 * Handles signals. The first Ctrl-C (or SIGTERM, or SIGHUP) lets a confirm in progress complete, so that the lease is released and no
 * confirm is left uncertain. A later one ends the process at once.
 */
function catchInterruption(): AbortSignal {
  const interruption = new AbortController();
  let first = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (!interruption.signal.aborted) {
      first = performance.now();
      process.stderr.write('stopping: no further confirm starts; press Ctrl-C again to stop at once\n');
      interruption.abort();
    } else if (performance.now() - first > SIGNAL_INTERVAL_MS) {
      // Without this listener, the signal has its default effect.
      process.removeListener(signal, interrupt);
      process.kill(process.pid, signal);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return interruption.signal;
}
