import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import {
  chooseEndpoints,
  configuredEndpoint,
  readConfiguredEndpoints,
} from '../adapters/aws/configuredEndpoints.ts';
import { connect, REQUEST_LIMIT_MS, REQUEST_TIMEOUT_MS } from '../adapters/connect.ts';
import type { functionCredentials } from '../adapters/functionCredentials.ts';
import { printableValue } from '../core/json.ts';
import { metricsOf } from '../core/metrics.ts';
import { type LoadedPolicy, loadPolicy, PolicyRefused } from '../core/policy.ts';
import { escapeInvisible } from '../core/printableText.ts';
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
import { readEvent, readSettings, type Settings } from './settings.ts';

/** The function's log: JSON lines that may be shown in a terminal, whatever names stand in them. */
export function createLogger(serviceName: string): Logger {
  return new Logger({ serviceName, jsonReplacerFn: printableValue });
}

/** What the function stands on; the demonstration brings its own. */
export interface Platform {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly credentials: typeof functionCredentials;
  /** made once a process, for all its targets. @param table its DynamoDB table */
  readonly ledger: (table: string) => Ledger;
  readonly eventPublisher: EventPublisher;
  /** takes each whole report, of which the function returns counts only */
  readonly onReport?: (report: RunReport) => void;
}

/** The pass failed; the invocation fails with it, so that the platform's error metric is true. */
class PassFailed extends Error {
  override readonly name = 'PassFailed';
}

/** Time kept back from the pass, to report in, in milliseconds. */
const REPORTING_MS = 2000;
/** Of which the last part is for the metrics and the end of the invocation. */
const ENDING_MS = 500;

/** The Lambda function: composes, and decides nothing. */
export function createHandler(platform: Platform) {
  const { logger, metrics } = platform;
  const targets = new Map<string, Target>();
  let ledger: Ledger | undefined;
  const ledgerOf = ({ table }: Settings): Ledger => {
    ledger ??= platform.ledger(table);
    return ledger;
  };

  async function handle(event: unknown, context: Context): Promise<RunSummary> {
    const target = await targetOf(event, platform, ledgerOf, targets);
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
    throw new PassFailed(`pass over \`${report.target}\` failed: ${describeRunFailure(report)}`);
  }

  return middy<unknown, RunSummary>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .handler(handle);
}

/** A line for the pass, then one for each thing that it reports, while there is time: the metrics must still be written. */
function logReport(report: RunReport, logger: Logger, remaining: () => number): void {
  const log = ({ level, message, more }: LogLine): void => logger[level](message, more);
  log(runLine(report));
  let left = detailCount(report);
  // Each is made when it is written: making those of thousands of requests takes seconds.
  for (const line of detailLines(report)) {
    if (remaining() <= 0) break;
    log(line);
    left -= 1;
  }
  if (left > 0) logger.warn('lines left out: no time was left', { lines: left });
}

type Target = Omit<RunInput, 'remaining' | 'leaseMs'>;

/** Everything of a target that outlives one invocation, made once a process. What could not be made is tried anew. */
async function targetOf(
  event: unknown,
  platform: Platform,
  ledgerOf: (settings: Settings) => Ledger,
  made: Map<string, Target>,
): Promise<Target> {
  const settings = readSettings(platform.env);
  const { target, recipient } = readEvent(event, settings.recipients);
  const known = made.get(target);
  if (known !== undefined) return known;
  const loaded = loadPolicy(await policyFile(settings, target, `${target}.json`), target, recipient);
  const revision = (await policyFile(settings, target, 'revision.txt')).trim();
  const aws = await readConfiguredEndpoints(platform.env);
  // The SDK finds these by itself; here they are refused where they must not be used.
  for (const service of ['dynamo', 'events', 'secrets'] as const) configuredEndpoint(aws, service);
  const endpoints = chooseEndpoints(recipient, settings.endpoints, aws);
  const fresh = assemble(loaded, revision, { ...settings, endpoints }, platform, ledgerOf(settings));
  made.set(target, fresh);
  return fresh;
}

function assemble(
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

async function policyFile({ policyDir }: Settings, target: string, name: string): Promise<string> {
  const path = join(policyDir, name);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PolicyRefused(target, escapeInvisible(`${path} cannot be read`), { cause });
  }
}
