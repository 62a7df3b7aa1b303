import type { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import {
  chooseEndpoints,
  configuredEndpoint,
  readConfiguredEndpoints,
} from '../adapters/awsProtocol/configuredEndpoints.ts';
import { connect, REQUEST_LIMIT_MS, REQUEST_TIMEOUT_MS } from '../adapters/connectApis.ts';
import type { functionCredentials } from '../adapters/functionCredentials.ts';
import { metricsOf } from '../core/metrics.ts';
import { agreedKeyDigests } from '../core/policy.ts';
import { type LoadedPolicy, loadPolicy } from '../core/policyText.ts';
import { formatList, quote } from '../core/printableText.ts';
import {
  describeRunFailure,
  detailCount,
  detailLines,
  type LogLine,
  type RunSummary,
  runLine,
  summarizeRun,
} from '../core/runLog.ts';
import type { RunReport } from '../core/runReport.ts';
import type { Clock, EventPublisher, Ledger } from '../run/ports.ts';
import { executeRun } from '../run/run.ts';
import type { RunInput } from '../run/runContext.ts';
import { listTargets, readPolicyFile, readRevision } from './policyLayer.ts';
import { EventRefused, readEvent, readSettings, type Settings } from './settings.ts';

/** The parts that the function is made of: `handler.ts` gives the real ones, the demo and the tests their own. */
export interface Platform {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly credentials: typeof functionCredentials;
  /** called once per process; all targets share the ledger. @param table the DynamoDB table */
  readonly ledger: (table: string) => Ledger;
  readonly eventPublisher: EventPublisher;
  /** receives each complete report; the function itself returns only a summary */
  readonly onReport?: (report: RunReport) => void;
}

/** Thrown after a failed run, so that the error metric of Lambda counts it. */
class RunFailed extends Error {
  override readonly name = 'RunFailed';
}

/** The time reserved for reporting after the run, in milliseconds. */
const REPORTING_MS = 2000;
/** The last part of it, reserved for writing the metrics and returning, in milliseconds. */
const ENDING_MS = 500;

/**
 * Creates the Lambda function from its parts. It executes a run over the target of its event and reports it as metrics
 * and log lines.
 */
export function createHandler(platform: Platform) {
  const { logger, metrics } = platform;
  const targets = new Map<string, Target>();
  let ledger: Ledger | undefined;
  const getLedger = ({ table }: Settings): Ledger => {
    ledger ??= platform.ledger(table);
    return ledger;
  };

  async function handle(event: unknown, context: Context): Promise<RunSummary> {
    const target = await getTarget(event, platform, getLedger, targets);
    const report = await executeRun({
      ...target,
      remaining: () => context.getRemainingTimeInMillis() - REPORTING_MS,
      leaseMs: context.getRemainingTimeInMillis() + REQUEST_LIMIT_MS,
    });
    metrics.addDimension('target', report.target);
    for (const { name, unit, value } of metricsOf(report)) metrics.addMetric(name, unit, value);
    platform.onReport?.(report);
    logReport(report, logger, () => context.getRemainingTimeInMillis() - ENDING_MS);
    if (report.status !== 'failed') return summarizeRun(report);
    throw new RunFailed(`run for \`${report.target}\` failed: ${describeRunFailure(report)}`);
  }

  return middy<unknown, RunSummary>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .handler(handle);
}

/** Logs a line for the run and one for each item that it reports, while time is left: the metrics must still be written. */
function logReport(report: RunReport, logger: Logger, remaining: () => number): void {
  const log = ({ level, message, more }: LogLine): void => logger[level](message, more);
  log(runLine(report));
  let left = detailCount(report);
  // Built one by one: building the lines of thousands of requests takes seconds.
  for (const line of detailLines(report)) {
    if (remaining() <= 0) break;
    log(line);
    left -= 1;
  }
  if (left > 0) logger.warn('log lines left out: no time was left', { lines: left });
}

type Target = Omit<RunInput, 'remaining' | 'leaseMs'>;

/** What a target keeps between invocations, created once per process. After a failure, the next invocation tries again. */
async function getTarget(
  event: unknown,
  platform: Platform,
  getLedger: (settings: Settings) => Ledger,
  targets: Map<string, Target>,
): Promise<Target> {
  const settings = readSettings(platform.env);
  const target = readEvent(event);
  const existing = targets.get(target);
  if (existing !== undefined) return existing;
  const loaded = await readPolicy(settings, target);
  const revision = await readRevision(settings.policyDir, target);
  const aws = await readConfiguredEndpoints(platform.env);
  // The SDK reads these endpoints itself; here they are only refused if they must not be used.
  for (const service of ['dynamo', 'events', 'secrets'] as const) configuredEndpoint(aws, service);
  const endpoints = chooseEndpoints(loaded.policy.recipient, settings.endpoints, aws);
  const created = createTarget(loaded, revision, { ...settings, endpoints }, platform, getLedger(settings));
  targets.set(target, created);
  return created;
}

function createTarget(
  loaded: LoadedPolicy,
  revision: string,
  { endpoints, availableWithinMs }: Settings,
  { clock, eventPublisher, credentials: credentialsFor }: Platform,
  ledger: Ledger,
): Target {
  const { recipient, target } = loaded.policy;
  const credentials = credentialsFor(recipient, target, endpoints.identity);
  const { endpoint, gatewayEndpoint, ...apis } = connect(
    recipient,
    credentials,
    endpoints,
    REQUEST_TIMEOUT_MS,
    agreedKeyDigests(loaded.policy),
  );
  return {
    loaded,
    revision,
    ports: { clock, ledger, eventPublisher, ...apis },
    callerChecks: { checkedAt: new Map() },
    outage: { publishedCodes: null },
    requestTimeoutMs: REQUEST_LIMIT_MS,
    availableWithinMs,
    endpoint,
    gatewayEndpoint,
    dryRun: false,
  };
}

/**
 * Reads the compiled policy of a target. Its recipient is the one in the compiled text: the deployed layer contains only policies
 * of this function, and the function's role permits only their recipients. @throws EventRefused, PolicyRefused
 */
async function readPolicy(settings: Settings, target: string): Promise<LoadedPolicy> {
  const targets = await listTargets(settings.policyDir, target);
  // Only a listed name becomes part of a path: the event can contain any text.
  if (!targets.includes(target)) {
    throw new EventRefused(
      `unknown target ${quote(target)}: this function has ${formatList(targets.map(quote))}; deploy its policy first`,
    );
  }
  // Fail closed: `loadPolicy` refuses a policy whose target is not the name of its file.
  return loadPolicy(await readPolicyFile(settings.policyDir, target, `${target}.json`), target);
}
