import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { onTestFinished, vi } from 'vitest';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { itemKey, livePartition, openTable, putRequest } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import { encodeHealth } from '../../adapters/ledgers/storedHealth.ts';
import { digestOf } from '../../core/json.ts';
import { recipientKey } from '../../core/policy.ts';
import { type LoadedPolicy, writePolicy } from '../../core/policyText.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { createWatcher } from '../../lambda/createWatcher.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder } from '../support/lambda.ts';
import type { ProxiedDynamo } from '../support/proxiedDynamo.ts';

const MINUTE = 60_000;
export const INTERVAL = 5;
export const HUB_KEY = recipientKey(SIMPLE_POLICY.policy.recipient);

/**
 * A deployment with target `hub`, for which the real function runs against the emulator, and others, of which only the recorded health
 * is written. The real watcher reads them all, from DynamoDB.
 */
export async function startWatchedDeployment(at: ProxiedDynamo, { others = 0 } = {}) {
  const cloud = await startTestCloud();
  const policies = [SIMPLE_POLICY, ...Array.from({ length: others }, (_, i) => anotherTarget(i))];
  const env = {
    VIF_ACCEPTOR_POLICY_DIR: policyFolder(...policies),
    VIF_ACCEPTOR_TABLE: await at.dynamo.createTable(),
    VIF_ACCEPTOR_DEPLOYMENT: 'VifAcceptor',
    VIF_ACCEPTOR_INTERVAL_MINUTES: String(INTERVAL),
    VIF_ACCEPTOR_ENDPOINT: cloud.url,
    VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
  };
  const log: string[] = [];
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const serviceName = 'vif-acceptor';
  const common = () => ({
    env,
    logger: new Logger({ serviceName }),
    metrics: new Metrics({ serviceName, namespace: 'VifAcceptor' }),
  });
  const clock = { now: () => cloud.clock.now(), monotonic: () => performance.now() };
  const table = openTable(env.VIF_ACCEPTOR_TABLE, { ...at.dynamo.config, endpoint: at.proxy.url });
  const handler = createHandler({
    ...common(),
    clock,
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: () => createDynamoLedger(table, clock),
    eventPublisher: recordingPublisher(),
  });
  const eventPublisher = recordingPublisher();
  const newWatcher = () =>
    createWatcher({ ...common(), clock, table: () => openTable(table.name, configOf(at)), eventPublisher });
  let watcher = newWatcher();
  let taken = 0;
  const deployment = {
    cloud,
    env,
    eventPublisher,
    table,
    /** invokes the function for `hub`; a failed run fails its invocation */
    invoke: () => handler({ target: 'hub' }, lambdaContext()).catch(() => undefined),
    /** Records a completed run for each target, or for each except `hub`. */
    recordRuns: ({ hub }: { readonly hub: boolean }) =>
      table.writeAll(
        policies.slice(hub ? 0 : 1).map(({ policy }) => {
          const finished = new Date(Math.floor(clock.now().getTime() / 1000) * 1000).toISOString();
          const runs = [{ at: finished, flags: [] }];
          const health = { runs, lastFailure: null, lastCounts: null, nearFrom: null };
          return putRequest({
            ...itemKey(livePartition(recipientKey(policy.recipient)), 'head'),
            health: { S: JSON.stringify(encodeHealth(health)) },
          });
        }),
      ),
    /** starts a new process of the watcher */
    restartWatcher: () => {
      watcher = newWatcher();
    },
    /** Invokes the watcher once. @returns the metrics that are not zero, and the events that were published */
    watch: async (remainingMs = 50_000) => {
      log.length = 0;
      const result = await watcher({}, lambdaContext(remainingMs)).catch((error: unknown) => error);
      const { delivered } = eventPublisher;
      const events = delivered.slice(taken).map(({ type, detail }) => {
        return [type, detail.target, detail.alert, detail.status].join(' ');
      });
      taken = delivered.length;
      const [document = null] = lines().filter((line) => '_aws' in line);
      const counts =
        document &&
        Object.entries(document).filter(([name, value]) => name.startsWith('Targets') && value !== 0);
      return { result, metrics: counts && Object.fromEntries(counts), document, events, log: lines() };
    },
    /**
     * Advances the clock with runs at each interval, and with an invocation of the watcher each minute.
     * @returns published events, as `MINUTE Target Alert TARGET CODE STATUS`
     */
    pass: async (minutes: number, { hubRuns = true } = {}): Promise<string[]> => {
      const published: string[] = [];
      for (let minute = 0; minute < minutes; minute += 1) {
        if (minute % INTERVAL === 0) {
          await deployment.recordRuns({ hub: false });
          if (hubRuns) await deployment.invoke();
        }
        const { events } = await deployment.watch();
        published.push(...events.map((event) => `${minute} ${event}`));
        cloud.clock.advance(MINUTE);
      }
      return published;
    },
    headOfHub: async () => {
      const [head] = await table.query(livePartition(HUB_KEY), { from: 'head' });
      return head ?? {};
    },
  };
  function lines(): Record<string, unknown>[] {
    return log
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }
  return deployment;
}

function configOf(at: ProxiedDynamo) {
  return { ...at.dynamo.config, endpoint: at.proxy.url };
}

function anotherTarget(i: number): LoadedPolicy {
  const { policy } = SIMPLE_POLICY;
  const number = String(i).padStart(3, '0');
  const recipient = { ...policy.recipient, account: `000000000${number}` };
  const made = { ...policy, target: `t${number}`, recipient };
  return { policy: made, digest: digestOf(writePolicy(made)) };
}
