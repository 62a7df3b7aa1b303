import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import type { DeadlineThreshold } from '../../core/deadline.ts';
import { targetMetric } from '../metrics.ts';
import { type AlarmKind, statusCommand, type WatchedTarget } from './kind.ts';
import { once } from './watches.ts';

/**
 * One of the marks at which a message is sent. 72 hours are announced only: they span a weekend, and nobody need be woken for
 * them. 24 hours hold a working day wherever they begin, which is what a change of policy takes with its review. 6 hours are
 * no time to begin.
 */
const MARK = '24' satisfies DeadlineThreshold;

/**
 * Of the nearest early end that is known. One that is not known is no metric: it is announced at once (`Deadline Near` without
 * hours), and again 72, 24 and 6 hours before the late end. Nor is any measured while passes fail: then the alarm stands for
 * a window more, in which `pass failing` sounds, and deadlines are announced from memory.
 */
export const deadlineNear: AlarmKind<WatchedTarget> = {
  title: 'Deadline near',
  means: ({ target }) =>
    `A request to target ${target} that nothing accepts may expire within ${MARK} hours. ` +
    'Once it expired its requester must begin anew. (OK means nothing while passes fail or do not run.)',
  first: statusCommand,
  watch: (subject) =>
    subject.recipient.expiry === null
      ? null
      : {
          ...once('HoursToDeadline', subject),
          metric: targetMetric('HoursToDeadline', subject.target, 'Minimum', subject.rhythm.interval),
          threshold: Number(MARK),
          comparisonOperator: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
        },
};
