import { expect, it } from 'vitest';
import { input, PAGE, tableBelow } from './scalePage.ts';

/** What is bought, for so many targets, each with a stack's share: dollars a month by line, as the page derives them. */
function month(targets: number, provider: 'outscale' | 'aws') {
  const isOutscale = provider === 'outscale';
  const passes = (targets * 730 * 60) / input('interval');
  const stacks = Math.ceil(targets / input(isOutscale ? 'targetsOutscale' : 'targetsAws'));
  const vetting = share(input('vettingHolds')) * input(isOutscale ? 'vettingOutscale' : 'vettingAws');
  const secrets = isOutscale ? share(input('keyHolds')) : 0;
  const calls = input('listings') + input('updates') + input('queries') + secrets + vetting;
  const own = (input('work') * 1769) / input('memory');
  const duration = calls * input('latency') + own + (input('coldShare') / 100) * input('cold');
  const gigabyteSeconds = (passes * duration * input('memory')) / 1024 / 1000;
  const gigabytes = (passes * (input('logBytes') + input('platformBytes'))) / 1e9;
  const alarms = targets * input(isOutscale ? 'alarmsOutscale' : 'alarmsAws') + stacks;
  const lines: Record<string, number> = {
    'custom metrics': metrics(targets * input('metrics')),
    alarms: alarms * input('priceAlarm'),
    secrets: isOutscale ? targets * input('priceSecret') : 0,
    'calls of Secrets Manager': (passes * secrets * input('priceSecretCalls')) / 1e4,
    dashboards: stacks * input('priceDashboard'),
    'Lambda, time': gigabyteSeconds * input('priceGigabyteSecond'),
    'Lambda, requests': (passes / 1e6) * input('priceRequests'),
    'DynamoDB, writes': ((passes * input('updates')) / 1e6) * input('priceWrites'),
    'DynamoDB, reads': ((passes * input('queries')) / 1e6) * input('priceReads'),
    'log, taken in': gigabytes * input('priceLog'),
    'log, kept': gigabytes * 12 * input('packed') * input('priceLogKept'),
    schedules: (Math.max(0, passes - 14e6) / 1e6) * input('priceSchedules'),
    'out to the internet': isOutscale ? ((passes * input('outBytes')) / 1e9) * input('priceOut') : 0,
    events: ((targets * input('events')) / 1e6) * input('priceEvents'),
  };
  return { lines, passes, stacks, calls, duration, gigabytes, alarms };
}

/** The part of passes that meet a process which has not asked for so many minutes: as many as there are, each as likely. */
function share(holds: number): number {
  const [processes, within] = [input('processes'), holds / input('interval')];
  return (processes * (1 - (1 - 1 / processes) ** within)) / within;
}

/** By tiers: the first 10,000, the next 240,000. */
function metrics(count: number): number {
  const first = Math.min(count, 10_000);
  return first * input('priceMetric') + (count - first) * input('priceMetricMore');
}

function dollars(amount: number): string {
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

const COLUMNS = [
  month(1, 'outscale'),
  month(10, 'outscale'),
  month(60, 'outscale'),
  month(1000, 'outscale'),
  month(10_000, 'outscale'),
  month(10_000, 'aws'),
];

it(`${PAGE} reckons a month of its inputs as it says it does`, () => {
  const [first] = COLUMNS;
  const names = Object.keys(first?.lines ?? {});
  const rows = names.map((name) => [name, COLUMNS.map(({ lines }) => dollars(lines[name] ?? Number.NaN))]);
  const total = COLUMNS.map(
    ({ lines }) => `**${dollars(Object.values(lines).reduce((sum, line) => sum + line, 0))}**`,
  );
  const told = tableBelow('What a month costs');
  expect(told).toEqual(Object.fromEntries([...rows, ['**total**', total]]));
});

it(`${PAGE} says how many passes, stacks, alarms and calls that is`, () => {
  const told = tableBelow('Step by step');
  const cells = COLUMNS.map(({ passes, stacks, alarms, calls, duration, gigabytes }) => ({
    passes,
    stacks,
    alarms,
    calls,
    duration,
    gigabytes,
  }));
  const row = (name: keyof (typeof cells)[number], digits: number) =>
    cells.map((cell) =>
      cell[name].toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    );
  expect(told).toEqual({
    'passes a month': row('passes', 0),
    stacks: row('stacks', 0),
    alarms: row('alarms', 0),
    'calls a pass': row('calls', 2),
    'milliseconds a pass': row('duration', 0),
    'GB of log a month': row('gigabytes', 2),
  });
});
