import * as z from 'zod';

/** A model of CloudWatch's metrics and alarms, as far as this stack uses them. */

/** Values of a metric at a time. */
export interface Sample {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly at: number;
  readonly values: readonly number[];
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** Values that are known only when deployed are distinguished by their reference. */
const textOrReference = z.union([
  z.string(),
  z.looseObject({}).transform((reference) => JSON.stringify(reference)),
]);

const properties = z.object({
  AlarmName: z.string(),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: textOrReference })),
  Statistic: z.enum(['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum']),
  /** seconds */
  Period: z.int().multipleOf(60),
  EvaluationPeriods: z.int().positive(),
  DatapointsToAlarm: z.int().positive(),
  Threshold: z.number(),
  ComparisonOperator: z.enum([
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanOrEqualToThreshold',
    'LessThanThreshold',
  ]),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore']),
});

export type Alarm = z.infer<typeof properties>;

/** Reads an alarm of a template. Throws for features that this model lacks, such as metric math. */
export function readAlarm(resource: unknown): Alarm {
  return properties.parse(resource);
}

/** @param datapoints of the evaluation range, oldest first; `null` if missing */
export function evaluate(
  {
    EvaluationPeriods,
    DatapointsToAlarm,
    TreatMissingData,
    ...alarm
  }: Pick<
    Alarm,
    'EvaluationPeriods' | 'DatapointsToAlarm' | 'TreatMissingData' | 'Threshold' | 'ComparisonOperator'
  >,
  datapoints: readonly (number | null)[],
  before: AlarmState,
): AlarmState {
  const existing = datapoints.filter((value) => value !== null);
  // All existing datapoints of the range are used first; only then are missing ones filled in.
  const used = existing.slice(-EvaluationPeriods);
  const filled = EvaluationPeriods - used.length;
  const breaching = used.filter((value) => breaches(alarm, value)).length;
  const stateOf = (count: number): AlarmState => (count >= DatapointsToAlarm ? 'ALARM' : 'OK');
  if (filled === 0 || TreatMissingData === 'notBreaching') return stateOf(breaching);
  if (TreatMissingData === 'breaching') return stateOf(breaching + filled);
  return breaching < used.length ? stateOf(breaching) : before;
}

function breaches(
  { ComparisonOperator, Threshold }: Pick<Alarm, 'ComparisonOperator' | 'Threshold'>,
  value: number,
) {
  switch (ComparisonOperator) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    default:
      return ComparisonOperator satisfies never;
  }
}

/** By how many periods the evaluation range is longer than the evaluation periods: two, in every example of AWS. */
const BEYOND = 2;

/**
 * The datapoints of an alarm at a time: sliding windows that end at that time, oldest first.
 * @param samples of its metric
 */
export function datapointsAt(alarm: Alarm, samples: readonly Sample[], at: number): (number | null)[] {
  const period = alarm.Period * 1000;
  return Array.from({ length: alarm.EvaluationPeriods + BEYOND }, (_, i) => {
    const until = at - (alarm.EvaluationPeriods + BEYOND - 1 - i) * period;
    const values = samples
      .filter((sample) => sample.at > until - period && sample.at <= until)
      .flatMap((sample) => sample.values);
    return values.length === 0 ? null : STATISTICS[alarm.Statistic](values);
  });
}

const STATISTICS: Readonly<Record<Alarm['Statistic'], (values: readonly number[]) => number>> = {
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
  Sum: sum,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A metric is identified by its name and all of its dimensions. */
export function measuresAlarm(alarm: Alarm, { namespace, name, dimensions }: Sample): boolean {
  const named = Object.entries(dimensions);
  return (
    namespace === alarm.Namespace &&
    name === alarm.MetricName &&
    named.length === alarm.Dimensions.length &&
    alarm.Dimensions.every(({ Name, Value }) => dimensions[Name] === Value)
  );
}

const document = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});
const numbers = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

/** Extracts metrics in the embedded metric format from a line of a function's log. */
export function samplesOf(line: string): Sample[] {
  const parsed = document.safeParse(JSON.parse(line));
  if (!parsed.success) return [];
  const { _aws: aws, ...fields } = parsed.data;
  return aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => ({
        namespace: Namespace,
        name: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, z.string().parse(fields[name])])),
        at: aws.Timestamp,
        values: numbers.parse(fields[Name]),
      })),
    ),
  );
}
