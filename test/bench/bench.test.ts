import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertSameCalls, type RecordedCall } from '../../bench/calls/recordedCalls.ts';
import { inSequence, planAcceptances } from '../../bench/calls/replayPlan.ts';
import { type BenchEnvironment, startBenchEnvironment } from '../../bench/environment.ts';
import { coldStart, idleRun } from '../../bench/parts/idleRun.ts';
import { manyRequests } from '../../bench/parts/manyRequests.ts';
import { manyTargets } from '../../bench/parts/manyTargets.ts';
import { decisionRate, policyLanguage } from '../../bench/parts/policyRates.ts';
import {
  comparePairs,
  missesLimit,
  type ReportLine,
  type Row,
  renderTable,
  summarize,
} from '../../bench/report.ts';

/** Tests that the benchmark works and compares the same calls, not how fast anything is. */

const SMALL = {
  regions: ['eu-west-2'],
  owners: 3,
  connectionsPerOwner: 2,
  gateways: 2,
  available: 120,
  confirming: 6,
};

let environment: BenchEnvironment;

beforeAll(async () => {
  environment = await startBenchEnvironment();
});

afterAll(() => environment.close());

/** Delay of every answer of the provider, in milliseconds. */
const LATENCY = 20;

function rowsOf(lines: readonly ReportLine[]): Row[] {
  return lines.filter((line): line is Row => !('why' in line));
}

/** Rows of elapsed time, which the latency limits from below. */
function elapsedTimes(lines: readonly ReportLine[]): Row[] {
  return rowsOf(lines).filter(({ unit, what }) => unit === 'ms' && what.includes('per answer'));
}

describe('the benchmark', () => {
  it.each<[string, () => Promise<readonly ReportLine[]>, { lines: number; times: number }]>([
    [
      'an idle run',
      () => idleRun(environment, { population: { ...SMALL, confirming: 0 }, latency: LATENCY, pairs: 1 }),
      { lines: 3, times: 2 },
    ],
    [
      'a run that accepts requests, with two pages',
      () => manyRequests(environment, { population: SMALL, latency: LATENCY, pairs: 1 }),
      { lines: 9, times: 2 },
    ],
    [
      'many targets',
      () => manyTargets(environment, { many: 3, few: 1, latency: LATENCY, pairs: 1 }),
      { lines: 2, times: 1 },
    ],
  ])(
    'measures %s completely, with the same calls on both sides',
    async (_, measure, { lines, times }) => {
      const measured = await measure();
      expect(rowsOf(measured)).toHaveLength(lines);
      expect(elapsedTimes(measured)).toHaveLength(times);
      for (const { ours, bound } of elapsedTimes(measured)) {
        expect(ours.least).toBeGreaterThan(LATENCY);
        expect(bound?.least).toBeGreaterThan(LATENCY);
      }
      for (const { ours, bound, ratio } of rowsOf(measured))
        expect(ratio?.median).toBeCloseTo(ours.median / (bound?.median ?? 0));
    },
    120_000,
  );

  it('measures decisions per second, and compares many owners with few', async () => {
    const measured = rowsOf(await decisionRate({ owners: [2, 3, 4], rounds: 3, ms: 5 }));
    expect(measured.map(({ what }) => what)).toEqual([
      'decisions per second, 2 owners',
      'decisions per second, 3 owners',
      'decisions per second, 4 owners',
      '4 owners compared with 2: time per decision',
    ]);
    expect(measured[3]?.bound).toEqual(measured[0]?.ours);
  });

  it('measures check and diff of a policy', async () => {
    const measured = rowsOf(await policyLanguage({ owners: 3, runs: 3 }));
    expect(measured.map(({ what }) => what)).toEqual([
      'policy check, 15 grants',
      'policy check, 15 grants, compared with the YAML parser',
      'policy diff, both compiled, 15 grants',
    ]);
  });

  it('measures a cold start, and reports the packages of the bundle', async () => {
    const [cold, loading, whole, ...packages] = rowsOf(
      await coldStart(environment, {
        population: { ...SMALL, confirming: 0 },
        latencies: [LATENCY],
        pairs: 1,
      }),
    );
    expect(cold?.ours.median).toBeGreaterThan((loading?.ours.median ?? Number.NaN) + LATENCY);
    expect(cold?.bound?.median).toBeGreaterThan((loading?.bound?.median ?? Number.NaN) + LATENCY);
    expect(whole).toMatchObject({ what: 'bundle: total' });
    expect(packages.map(({ what }) => what)).toContain('bundle: @aws-sdk/client-dynamodb');
  });
});

describe('the lower bound of a run that accepts requests', () => {
  const recorded = (at: number, service: string, operation: string, body = ''): RecordedCall => ({
    at,
    until: at + 0.5,
    key: 'key',
    region: 'eu-west-2',
    service,
    operation,
    target: '',
    contentType: '',
    body,
  });
  const page = recorded(0, 'directconnect', 'DescribeVirtualInterfaces');
  const describeOne = (at: number) =>
    recorded(at, 'directconnect', 'DescribeVirtualInterfaces', '{"virtualInterfaceId":"dxvif-1"}');
  const gateways = (at: number) => recorded(at, 'ec2', 'DescribeVpnGateways');
  const write = (at: number) => recorded(at, 'dynamodb', 'UpdateItem');
  const confirm = (at: number) => recorded(at, 'directconnect', 'ConfirmPrivateVirtualInterface');
  const run = [
    ...[page, write(1)],
    ...[describeOne(2), gateways(3), write(4), confirm(5), write(6)],
    ...[describeOne(7), gateways(8), confirm(9), write(10)],
  ];

  it('processes the next request in each lane, with its share of the writes, and makes every call once', () => {
    const plan = planAcceptances(run, 2);
    const words = plan.map((stage) =>
      stage.map((lane) => lane.map((step) => step.map(({ operation }) => operation).join(' + '))),
    );
    const lane = [
      'DescribeVirtualInterfaces + DescribeVpnGateways',
      'ConfirmPrivateVirtualInterface',
      'UpdateItem',
    ];
    expect(words).toEqual([[['DescribeVirtualInterfaces', 'UpdateItem']], [lane, lane], [['UpdateItem']]]);
    assertSameCalls(run, plan.flat(3));
  });

  it('is not compared with a side that makes other calls', () => {
    expect(() => assertSameCalls(run, run.slice(1))).toThrow(
      'different calls: directconnect DescribeVirtualInterfaces 3 against 2',
    );
  });

  it('makes overlapping calls at once', () => {
    const calls = [page, { ...write(0.1), until: 9 }, { ...gateways(0.5) }];
    expect(inSequence(calls).map((step) => step.length)).toEqual([2, 1]);
  });
});

describe('the table', () => {
  const row = (ratio: number, limit: Row['limit']): Row => {
    const compared = comparePairs([[ratio * 10, 10]]);
    return { part: 'quiet', what: 'a run', unit: 'ms', ...compared, limit };
  };

  it('shows median and spread, and whether the limit is met', () => {
    expect(summarize([3, 1, 2, 4])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(missesLimit(row(1.2, { atMost: 1.2 }))).toBe(false);
    expect(missesLimit(row(1.21, { atMost: 1.2 }))).toBe(true);
    expect(missesLimit(row(19, { atLeast: 20 }))).toBe(true);
    expect(missesLimit(row(Number.NaN, { atMost: 1.2 }))).toBe(true);
    expect(missesLimit(row(9, null))).toBe(false);
  });

  it('names the machine, and lists what could not be measured', () => {
    const machine = {
      cpu: 'a processor',
      cores: 2,
      memoryGb: 4,
      node: 'v24',
      os: 'Linux',
      at: '2026-11-02',
      revision: 'abc',
    };
    const text = renderTable(machine, [
      row(2, { atMost: 1.2 }),
      { part: 'cli', what: 'accepting', why: 'it is not installed' },
    ]);
    expect(text).toContain('2 × a processor, 4 GB, Node v24, Linux, 2026-11-02, revision abc');
    expect(text).toMatch(/quiet +a run +20\.0 ms +10\.0 ms +2\.00 +at most 1\.2 +NO/);
    expect(text).toContain('cli: accepting: not measured: it is not installed');
  });
});
