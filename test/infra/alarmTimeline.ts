import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { createDynamoLedger } from '../../adapters/ledgers/dynamo/dynamoLedger.ts';
import { openTable } from '../../adapters/ledgers/dynamo/dynamoTable.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { createWatcher } from '../../lambda/createWatcher.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
import type { Dynamo } from '../support/dynamo.ts';
import { recordingPublisher } from '../support/eventPublishers.ts';
import { lambdaContext, policyFolder } from '../support/lambda.ts';
import {
  type Alarm,
  type AlarmState,
  datapointsAt,
  evaluate,
  measuresAlarm,
  readAlarm,
  type Sample,
  samplesOf,
} from './cloudwatchModel.ts';
import { target, templateOf } from './stackFixtures.ts';

const MINUTE = 60_000;
const RECIPIENT = 'outscale/eu-west-2/012345678901';

/** The environment of a function as the template has it; values that are only known when deployed are left out. */
const environment = z
  .record(z.string(), z.unknown())
  .transform((variables) => Object.entries(variables).filter(([, value]) => typeof value === 'string'))
  .pipe(z.array(z.tuple([z.string(), z.string()])))
  .transform((entries): Record<string, string> => Object.fromEntries(entries));

/**
 * Evaluates the deployed alarms of target `hub` with the metrics that the real watcher writes. Runs of the real function against the
 * emulator take place at each interval; each minute the watcher reads what they recorded, and the alarms are evaluated.
 */
export async function startAlarmTimeline(dynamo: Dynamo, { minutes = 5 } = {}) {
  const template = templateOf([target('hub', 'outscale', { secret: 'vif-acceptor/outscale' })], { minutes });
  const environmentOf = (id: RegExp) => {
    const [, found] =
      Object.entries(template.findResources('AWS::Lambda::Function')).find(([key]) => id.test(key)) ?? [];
    return environment.parse(found?.Properties.Environment.Variables);
  };
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    readAlarm(Properties),
  );
  const cloud = await startTestCloud();
  const common = {
    VIF_ACCEPTOR_TABLE: await dynamo.createTable(),
    VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY),
  };
  const { eventPublisher, ledger, invoke, watch } = createFunctions(cloud, dynamo, {
    run: { ...environmentOf(/^OutscaleFunction/), ...common },
    watcher: { ...environmentOf(/^WatcherFunction/), ...common },
  });
  const evaluator = createAlarmEvaluator(alarms);
  const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const { DeadLetterConfig } = schedule?.Properties.Target ?? {};
  return {
    cloud,
    eventPublisher,
    names: alarms.map(shortName),
    /** reports a number of messages in the queue of the schedule, like SQS */
    deadLetters: (count: number) => {
      const [queue] = DeadLetterConfig.Arn['Fn::GetAtt'];
      const dimensions = { QueueName: JSON.stringify({ 'Fn::GetAtt': [queue, 'QueueName'] }) };
      const name = 'ApproximateNumberOfMessagesVisible';
      const at = cloud.clock.now().getTime();
      evaluator.addSamples([{ namespace: 'AWS/SQS', name, dimensions, at, values: [count] }]);
    },
    /** Another run holds the lease from now on, for this number of minutes: at most 20, the longest duration of a run. */
    holdLease: async (minutesHeld: number): Promise<void> => {
      await ledger.open(RECIPIENT, minutesHeld * MINUTE);
    },
    /**
     * Advances the clock with the scheduled runs. @returns changes of alarms, as `MINUTES name: state`
     * @param finishes whether a run finishes, by its number
     * @param isWatched whether the watcher is invoked
     */
    run: async (
      hours: number,
      finishes: (run: number) => boolean | Promise<boolean> = () => true,
      isWatched = true,
    ): Promise<string[]> => {
      const changes: string[] = [];
      for (let minute = 0; minute < hours * 60; minute += 1) {
        if (minute % minutes === 0 && (await finishes(minute / minutes)))
          evaluator.addSamples(await invoke());
        if (isWatched) evaluator.addSamples(await watch());
        cloud.clock.advance(MINUTE);
        changes.push(
          ...evaluator.evaluateAt(cloud.clock.now().getTime()).map((change) => `${minute + 1} ${change}`),
        );
      }
      return changes;
    },
    /** Advances the clock without runs and without evaluating alarms. */
    skip: (time: string) => {
      cloud.clock.advance(time);
      evaluator.reset();
    },
  };
}

interface Environments {
  readonly run: Readonly<Record<string, string>>;
  readonly watcher: Readonly<Record<string, string>>;
}

/** The two functions as they run in Lambda, except for their keys, their provider and their clock, which is the emulator's. */
function createFunctions(cloud: Emulator, dynamo: Dynamo, env: Environments) {
  const log: string[] = [];
  const write = (chunk: string | Uint8Array): boolean => log.push(String(chunk)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.useFakeTimers({ toFake: ['Date'], now: cloud.clock.now() });
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  const clock = { now: () => cloud.clock.now(), monotonic: () => performance.now() };
  const eventPublisher = recordingPublisher();
  const serviceName = 'vif-acceptor';
  const { POWERTOOLS_METRICS_NAMESPACE: namespace = '', VIF_ACCEPTOR_TABLE: table = '' } = env.watcher;
  const ledger = createDynamoLedger(openTable(table, dynamo.config), clock);
  const handler = createHandler({
    env: { ...env.run, VIF_ACCEPTOR_ENDPOINT: cloud.url, VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url },
    clock,
    logger: new Logger({ serviceName }),
    metrics: new Metrics({ serviceName, namespace }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: () => ledger,
    eventPublisher,
  });
  const watcher = createWatcher({
    env: env.watcher,
    clock,
    logger: new Logger({ serviceName }),
    metrics: new Metrics({ serviceName, namespace }),
    table: (name) => openTable(name, dynamo.config),
    eventPublisher,
  });
  /** @returns the metrics that it writes */
  const samplesBy = async (call: () => Promise<unknown>): Promise<Sample[]> => {
    vi.setSystemTime(cloud.clock.now());
    log.length = 0;
    // A failed run fails its invocation.
    await call().catch(() => undefined);
    return log.join('').split('\n').filter(Boolean).flatMap(samplesOf);
  };
  return {
    eventPublisher,
    ledger,
    invoke: () => samplesBy(async () => handler({ target: 'hub' }, lambdaContext())),
    watch: () => samplesBy(() => watcher({}, lambdaContext(50_000))),
  };
}

/** Evaluates alarms and keeps their states. */
function createAlarmEvaluator(alarms: readonly Alarm[]) {
  const samplesByAlarm = new Map<Alarm, Sample[]>(alarms.map((alarm) => [alarm, []]));
  const states = new Map<Alarm, AlarmState>();
  const stateOf = (alarm: Alarm): AlarmState => states.get(alarm) ?? 'INSUFFICIENT_DATA';
  return {
    addSamples: (samples: readonly Sample[]) => {
      for (const [alarm, own] of samplesByAlarm)
        own.push(...samples.filter((sample) => measuresAlarm(alarm, sample)));
    },
    /** @returns the changes */
    evaluateAt: (at: number): string[] =>
      [...samplesByAlarm].flatMap(([alarm, samples]) => {
        const before = stateOf(alarm);
        const state = evaluate(alarm, datapointsAt(alarm, samples, at), before);
        states.set(alarm, state);
        // The change from INSUFFICIENT_DATA to OK sends no notification.
        const isChange = state !== before && !(before === 'INSUFFICIENT_DATA' && state === 'OK');
        return isChange ? [`${shortName(alarm)}: ${state}`] : [];
      }),
    reset: () => {
      for (const alarm of alarms) samplesByAlarm.set(alarm, []);
      states.clear();
    },
  };
}

function shortName({ AlarmName }: Alarm): string {
  return AlarmName.replace('VifAcceptor: ', '');
}
