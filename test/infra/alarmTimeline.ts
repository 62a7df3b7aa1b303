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
  VIF_ACCEPTOR_RECIPIENTS: z.string(),
  VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: z.string(),
});

/**
 * The alarms that are deployed for target `hub`, before the metrics that its real function really writes: passes over the
 * emulator, each interval, while the alarms look on every minute.
 */
export async function startAlarmTimeline({ minutes = 5 } = {}) {
  const template = templateOf([target('hub', 'outscale', { secret: 'vif-acceptor/outscale' })], { minutes });
  const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    readAlarm(Properties),
  );
  const cloud = await startTestCloud();
  const { announcer, ledger, invoke } = functionIn(
    cloud,
    environment.parse(fn?.Properties.Environment.Variables),
  );
  const watch = alarmClock(alarms);
  const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
  const { DeadLetterConfig } = schedule?.Properties.Target ?? {};
  return {
    cloud,
    announcer,
    names: alarms.map(shortName),
    /** how many messages lie in the queue that the schedule names, as SQS measures it */
    deadLetters: (count: number) => {
      const [queue] = DeadLetterConfig.Arn['Fn::GetAtt'];
      const dimensions = { QueueName: JSON.stringify({ 'Fn::GetAtt': [queue, 'QueueName'] }) };
      const name = 'ApproximateNumberOfMessagesVisible';
      const at = cloud.clock.now().getTime();
      watch.take([{ namespace: 'AWS/SQS', name, dimensions, at, values: [count] }]);
    },
    /** Somebody else works on the target from now on, for so many minutes: no more than 20, as no pass takes longer. */
    holdLease: async (held: number): Promise<void> => {
      await ledger.open(RECIPIENT, held * MINUTE);
    },
    /**
     * Lets time go by with its passes, and tells what alarms did meanwhile: `MINUTES name: state`.
     * @param isRun which of the passes come to an end, by their number
     */
    pass: async (
      hours: number,
      isRun: (pass: number) => boolean | Promise<boolean> = () => true,
    ): Promise<string[]> => {
      const news: string[] = [];
      for (let minute = 0; minute < hours * 60; minute += 1) {
        if (minute % minutes === 0 && (await isRun(minute / minutes))) watch.take(await invoke());
        cloud.clock.advance(MINUTE);
        news.push(...watch.look(cloud.clock.now().getTime()).map((change) => `${minute + 1} ${change}`));
      }
      return news;
    },
    /** Lets time go by without anybody watching, or anything to watch. */
    skip: (time: string) => {
      cloud.clock.advance(time);
      watch.forget();
    },
    sounding: watch.sounding,
  };
}

/** The function as it runs in Lambda, but for its keys, its cloud and its clock, which is that of the cloud. */
function functionIn(cloud: Emulator, env: z.infer<typeof environment>) {
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
  /** @returns what it measured */
  const invoke = async (): Promise<Sample[]> => {
    vi.setSystemTime(cloud.clock.now());
    log.length = 0;
    // A failed pass fails its invocation.
    await handler({ target: 'hub' }, lambdaContext()).catch(() => undefined);
    return log.join('').split('\n').filter(Boolean).flatMap(samplesOf);
  };
  return { announcer: eventPublisher, ledger, invoke };
}

/** Alarms, each in its state, from when they begin to look. */
function alarmClock(alarms: readonly Alarm[]) {
  const seen = new Map<Alarm, Sample[]>(alarms.map((alarm) => [alarm, []]));
  const states = new Map<Alarm, AlarmState>();
  const stateOf = (alarm: Alarm): AlarmState => states.get(alarm) ?? 'INSUFFICIENT_DATA';
  return {
    take: (samples: readonly Sample[]) => {
      for (const [alarm, own] of seen) own.push(...samples.filter((sample) => measuresAlarm(alarm, sample)));
    },
    /** @returns what changed */
    look: (at: number): string[] =>
      [...seen].flatMap(([alarm, samples]) => {
        const before = stateOf(alarm);
        const state = evaluate(alarm, datapointsAt(alarm, samples, at), before);
        states.set(alarm, state);
        // What was never measured goes to OK in silence.
        const isNews = state !== before && !(before === 'INSUFFICIENT_DATA' && state === 'OK');
        return isNews ? [`${shortName(alarm)}: ${state}`] : [];
      }),
    sounding: () => alarms.filter((alarm) => stateOf(alarm) === 'ALARM').map(shortName),
    forget: () => {
      for (const alarm of alarms) seen.set(alarm, []);
      states.clear();
    },
  };
}

function shortName({ AlarmName }: Alarm): string {
  return AlarmName.replace('VifAcceptor: ', '').replace('hub ', '');
}
