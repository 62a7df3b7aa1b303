import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { createInMemoryLedger } from '../../adapters/ledgers/inMemoryLedger.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { createHandler } from '../../lambda/createHandler.ts';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { SIMPLE_POLICY, startTestCloud } from '../support/cloud.ts';
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

const environment = z.object({
  POWERTOOLS_SERVICE_NAME: z.string(),
  POWERTOOLS_METRICS_NAMESPACE: z.string(),
  VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: z.string(),
});

/**
 * Evaluates the deployed alarms of target `hub` with the metrics that the real function writes. Runs against the emulator take
 * place at each interval, and the alarms are evaluated each minute.
 */
export async function startAlarmTimeline({ minutes = 5 } = {}) {
  const template = templateOf([target('hub', 'outscale', { secret: 'vif-acceptor/outscale' })], { minutes });
  const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    readAlarm(Properties),
  );
  const cloud = await startTestCloud();
  const { eventPublisher, ledger, invoke } = createFunction(
    cloud,
    environment.parse(fn?.Properties.Environment.Variables),
  );
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
     */
    run: async (
      hours: number,
      finishes: (run: number) => boolean | Promise<boolean> = () => true,
    ): Promise<string[]> => {
      const changes: string[] = [];
      for (let minute = 0; minute < hours * 60; minute += 1) {
        if (minute % minutes === 0 && (await finishes(minute / minutes)))
          evaluator.addSamples(await invoke());
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

/** The function as it runs in Lambda, except for its keys, its provider and its clock, which is the emulator's. */
function createFunction(cloud: Emulator, env: z.infer<typeof environment>) {
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
  const ledger = createInMemoryLedger(clock);
  const serviceName = env.POWERTOOLS_SERVICE_NAME;
  const handler = createHandler({
    env: {
      ...env,
      VIF_ACCEPTOR_TABLE: 'ledger',
      VIF_ACCEPTOR_POLICY_DIR: policyFolder(SIMPLE_POLICY),
      VIF_ACCEPTOR_ENDPOINT: cloud.url,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: cloud.url,
    },
    clock,
    logger: new Logger({ serviceName }),
    metrics: new Metrics({ serviceName, namespace: env.POWERTOOLS_METRICS_NAMESPACE }),
    credentials: () => ({ accessKeyId: RECIPIENT_ACCOUNT, secretAccessKey: 'secret' }),
    ledger: () => ledger,
    eventPublisher,
  });
  /** @returns its metrics */
  const invoke = async (): Promise<Sample[]> => {
    vi.setSystemTime(cloud.clock.now());
    log.length = 0;
    // A failed run fails its invocation.
    await handler({ target: 'hub' }, lambdaContext()).catch(() => undefined);
    return log.join('').split('\n').filter(Boolean).flatMap(samplesOf);
  };
  return { eventPublisher, ledger, invoke };
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
  return AlarmName.replace('VifAcceptor: ', '').replace('hub ', '');
}
