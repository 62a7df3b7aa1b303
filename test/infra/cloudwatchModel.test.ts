import { describe, expect, it } from 'vitest';
import { type Alarm, type AlarmState, evaluate } from './cloudwatchModel.ts';

/** The tables of "Configuring how CloudWatch alarms treat missing data": `0` within the threshold, `X` beyond, `-` missing. */
const THREE_OF_THREE = [
  ['0 - X - X', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK'],
  ['- - - - -', 'RETAIN', 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'RETAIN', 'ALARM', 'OK'],
] as const;
const TWO_OF_THREE = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'RETAIN', 'ALARM', 'OK'],
] as const;

function states(datapoints: string, DatapointsToAlarm: number, before: AlarmState): AlarmState[] {
  const values = datapoints.split(' ').map((mark) => ({ '0': 0, X: 1 })[mark] ?? null);
  return (['ignore', 'breaching', 'notBreaching'] satisfies Alarm['TreatMissingData'][]).map(
    (TreatMissingData) =>
      evaluate(
        {
          EvaluationPeriods: 3,
          DatapointsToAlarm,
          TreatMissingData,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        },
        values,
        before,
      ),
  );
}

describe('the CloudWatch model', () => {
  it.each([
    ...THREE_OF_THREE.map(([datapoints, ...expected]) => ({ m: 3, datapoints, expected })),
    ...TWO_OF_THREE.map(([datapoints, ...expected]) => ({ m: 2, datapoints, expected })),
  ])(
    'evaluates `$datapoints` as AWS documents, with $m of 3 datapoints to alarm',
    ({ m, datapoints, expected }) => {
      for (const before of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const) {
        const retained = expected.map((state) => (state === 'RETAIN' ? before : state));
        expect(states(datapoints, m, before)).toEqual(retained);
      }
    },
  );
});
