import { Alarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Runbook } from '../runbookLink.ts';
import type { AlarmKind } from './kind.ts';

/** What the alarms of one installation have in common. */
export interface Watching {
  /** begins the name of each, so that two installations in one account do not clash */
  readonly name: string;
  readonly runbook: Runbook;
  /** who is told when it sounds and when it is over; `null`: nobody */
  readonly topic: ITopic | null;
}

/**
 * An alarm that can be acted on from its own text; `null` where it could never sound.
 * @returns it by its name, so that what shows it can be made without it (moto makes no alarms)
 */
export function alarmOf<Subject>(
  scope: Construct,
  id: string,
  { title, means, first, watch }: AlarmKind<Subject>,
  subject: Subject,
  about: string | null,
  { name, runbook, topic }: Watching,
): IAlarm | null {
  const watched = watch(subject);
  if (watched === null) return null;
  const alarmName = [`${name}:`, ...(about === null ? [] : [about]), title.toLowerCase()].join(' ');
  const alarm = new Alarm(scope, id, {
    ...watched,
    alarmName,
    alarmDescription: `${means(subject)}\nFirst: ${first(subject)}\nThen: ${runbook.link(title)}`,
  });
  if (topic !== null) {
    const action = new SnsAction(topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
  return Alarm.fromAlarmName(alarm, 'Named', alarmName);
}
