import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import type { Table } from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { readHeads, readWatchState, writeWatchState } from '../adapters/ledgers/dynamo/watchStore.ts';
import { ALERT_CODES, ALERTS, alertWindowFor } from '../core/alerts.ts';
import type { AcceptorEvent, EventOrigin } from '../core/events/event.ts';
import { createTargetAlertEvent } from '../core/events/targetAlert.ts';
import { canonicalJson, digestOf } from '../core/json.ts';
import { recipientKey } from '../core/policy.ts';
import { loadPolicy, PolicyRefused, readRecipient } from '../core/policyText.ts';
import {
  recordPublished,
  type WatchedTarget,
  type WatchResult,
  type WatchState,
  watchTargets,
} from '../core/watchTargets.ts';
import type { Clock, EventPublisher } from '../run/ports.ts';
import { listTargets, readPolicyFile, readRevision } from './policyLayer.ts';
import { readWatcherSettings, type WatcherSettings } from './settings.ts';

/** The parts that the watcher is made of: `watcher.ts` gives the real ones, and the tests their own. */
export interface WatcherPlatform {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** called once per process. @param name of the ledger's table */
  readonly table: (name: string) => Table;
  readonly eventPublisher: EventPublisher;
}

/** The result of one invocation. */
export interface WatchSummary {
  readonly format: 1;
  readonly targets: number;
  readonly alerts: number;
  /** events that were published */
  readonly published: number;
}

/** Thrown after the metrics were written, so that the error metric of Lambda counts the invocation. */
class WatchFailed extends Error {
  override readonly name = 'WatchFailed';
}

/** The time reserved for writing the state and returning, in milliseconds. */
const ENDING_MS = 10_000;
/** The number of events after which the remaining time is checked. */
const PUBLISHED_AT_ONCE = 50;
/** How often in a row events may stay undelivered before the alarm `Event delivery failing` counts their targets. */
const TOLERATED_FAILURES = 2;

/**
 * Creates the watcher of a deployment: the Lambda function that reads the recorded health of all targets every minute, counts those
 * that need a person, and publishes which ones. It never calls a provider, and cannot accept anything.
 *
 * The metrics are written before the events are published, so that the alarms do not depend on the event bus.
 */
export function createWatcher(platform: WatcherPlatform) {
  const { env, clock, logger, metrics, eventPublisher } = platform;
  let table: Table | undefined;
  let deployed: DeployedTargets | undefined;
  /** invocations in a row that could not deliver an event */
  let failedDeliveries = 0;

  return async (_event: unknown, context: Context): Promise<WatchSummary> => {
    const settings = readWatcherSettings(env);
    table ??= platform.table(settings.table);
    deployed ??= await readDeployedTargets(settings);
    const stored = await readWatchState(table, settings.deployment);
    if (stored.problem !== null) logger.warn('watch state unreadable', { problem: stored.problem });
    const targets = await readTargets(table, deployed, logger);
    const now = clock.now();
    const window = alertWindowFor(settings.intervalMinutes);
    const result = watchTargets(targets, stored.state, now, window, deployed.refused);
    for (const refused of deployed.refused) logger.error('policy refused', { target: refused });
    for (const { target, alert } of result.alerts)
      logger.warn('alert', {
        alert: { target: target.origin.target, ...alert, runbook: ALERTS[alert.code].title },
      });
    const waiting = failedDeliveries > TOLERATED_FAILURES ? targetsOf(result.changes) : [];
    writeMetrics(metrics, settings.deployment, result, deployed.refused, waiting);

    const remaining = (): number => context.getRemainingTimeInMillis() - ENDING_MS;
    const { delivered, problem } = await publishChanges(
      result.changes,
      ({ target, change }) =>
        createTargetAlertEvent(target.origin, now.toISOString(), change, settings.table),
      eventPublisher,
      remaining,
    );
    failedDeliveries = problem === null ? 0 : failedDeliveries + 1;
    await storeState(table, settings, stored, recordPublished(result.state, delivered));
    if (problem !== null) throw new WatchFailed(`events of alerts could not be delivered: ${problem}`);
    const { length: alerts } = result.alerts;
    return { format: 1, targets: targets.length, alerts, published: delivered.length };
  };
}

interface DeployedTargets {
  /** also of a refused policy, if its recipient can be read */
  readonly origins: readonly EventOrigin[];
  /** targets whose policy is refused: the function refuses it too, so no run for them finishes */
  readonly refused: readonly string[];
}

/** Reads the targets from the policies of the layer: the same ones that the functions of the deployment have. @throws PolicyRefused */
async function readDeployedTargets({ policyDir, deployment }: WatcherSettings): Promise<DeployedTargets> {
  const revision = await readRevision(policyDir, deployment);
  const origins: EventOrigin[] = [];
  const refused: string[] = [];
  const named: EventOrigin[] = [];
  for (const target of await listTargets(policyDir, deployment)) {
    let text = '';
    try {
      text = await readPolicyFile(policyDir, target, `${target}.json`);
      const { policy, digest } = loadPolicy(text, target);
      const { provider, region, account } = policy.recipient;
      origins.push({ target, provider, region, account, policy: { digest, revision } });
    } catch (error) {
      // Fail closed: the target is counted as not running, and the others are watched.
      if (!(error instanceof PolicyRefused)) throw error;
      refused.push(target);
      const recipient = readRecipient(text);
      if (recipient !== null)
        named.push({ target, ...recipient, policy: { digest: digestOf(text), revision } });
    }
  }
  // Fail closed: a refused policy must not replace a valid one, or an earlier refused one, that names the same recipient.
  const known = new Set(origins.map(recipientKey));
  for (const origin of named) {
    if (!known.has(recipientKey(origin))) origins.push(origin);
    known.add(recipientKey(origin));
  }
  return { origins, refused };
}

async function readTargets(
  table: Table,
  { origins, refused }: DeployedTargets,
  logger: Logger,
): Promise<WatchedTarget[]> {
  const heads = await readHeads(table, origins.map(recipientKey));
  return origins.map((origin) => {
    const { health = null, listedAt = null } = heads.get(recipientKey(origin)) ?? {};
    const isRefused = refused.includes(origin.target);
    if (health !== 'unreadable') return { origin, health, listedAt, isRefused };
    logger.warn('health unreadable', { target: origin.target });
    // Fail closed: without the health it is not known whether the listing is that of an attended run.
    return { origin, health: null, listedAt: null, isRefused };
  });
}

/** Writes one record: for each alert, the number of targets that have it. Zeros are written, so that missing data means that no watcher ran. */
function writeMetrics(
  metrics: Metrics,
  deployment: string,
  { alerts }: WatchResult,
  refused: readonly string[],
  waiting: readonly string[],
): void {
  metrics.addDimension('deployment', deployment);
  for (const code of ALERT_CODES) {
    const own = alerts.filter(({ alert }) => alert.code === code).map(({ target }) => target.origin.target);
    const more = code === 'not-running' ? refused : code === 'event-delivery-failing' ? waiting : [];
    metrics.addMetric(ALERTS[code].metric, 'Count', new Set([...own, ...more]).size);
  }
  metrics.publishStoredMetrics();
}

function targetsOf(changes: WatchResult['changes']): string[] {
  return changes.map(({ target }) => target.origin.target);
}

/** Publishes the changes while time is left. Those that were not delivered are found again by the next invocation. */
async function publishChanges(
  changes: WatchResult['changes'],
  createEvent: (change: WatchResult['changes'][number]) => AcceptorEvent,
  eventPublisher: EventPublisher,
  remaining: () => number,
): Promise<{ delivered: WatchResult['changes']; problem: string | null }> {
  const delivered: WatchResult['changes'][number][] = [];
  let problem: string | null = null;
  for (let i = 0; i < changes.length; i += PUBLISHED_AT_ONCE) {
    if (remaining() <= 0) return { delivered, problem: problem ?? 'no time was left' };
    const part = new Map(
      changes.slice(i, i + PUBLISHED_AT_ONCE).map((change) => {
        const event = createEvent(change);
        return [event.id, { event, change }];
      }),
    );
    const answer = await eventPublisher.publish([...part.values()].map(({ event }) => event));
    for (const id of answer.delivered) {
      const published = part.get(id);
      if (published !== undefined) delivered.push(published.change);
    }
    // The problem may concern one event only: it must not delay those that follow.
    problem ??= answer.problem;
  }
  return { delivered, problem };
}

/** Writes the state if it differs from the stored one. If another watcher wrote it meanwhile, that one published the changes too. */
async function storeState(
  table: Table,
  { deployment }: WatcherSettings,
  stored: { readonly state: WatchState; readonly version: number; readonly problem: string | null },
  state: WatchState,
): Promise<void> {
  if (stored.problem === null && canonicalJson(stored.state) === canonicalJson(state)) return;
  await writeWatchState(table, deployment, state, stored.version);
}
