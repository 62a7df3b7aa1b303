import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertSameCalls, type RecordedCall } from '../../bench/calls/recordedCalls.ts';
import { inSequence, planAcceptances } from '../../bench/calls/replayPlan.ts';
import { type BenchEnvironment, startBenchEnvironment } from '../../bench/environment.ts';
import { coldStart } from '../../bench/parts/coldStart.ts';
import { decisionRate } from '../../bench/parts/decisionRate.ts';
import { idleRun } from '../../bench/parts/idleRun.ts';
import { manyRequests } from '../../bench/parts/manyRequests.ts';
import { manyTargets } from '../../bench/parts/manyTargets.ts';
import { policyLanguage } from '../../bench/parts/policyLanguage.ts';
import {
  comparePairs,
  type Line,
  missesLimit,
  type Row,
  renderTable,
  summarize,
} from '../../bench/report.ts';

/** Not how fast anything is: that the benchmark runs, and compares what is the same. */

const SMALL = {
  regions: ['eu-west-2'],
  owners: 3,
  connectionsPerOwner: 2,
  gateways: 2,
  available: 120,
  confirming: 6,
};

let lab: BenchEnvironment;

beforeAll(async () => {
  lab = await startBenchEnvironment();
});

afterAll(() => lab.close());

/** Every figure of these lines is one. */
function figures(lines: readonly Line[]): number[] {
  return lines
    .flatMap((line) => ('why' in line ? [] : [line.ours, line.bound, line.ratio]))
    .flatMap((spread) => (spread === null ? [] : Object.values(spread)));
}

describe('the benchmark', () => {
  it.each<[string, () => Promise<readonly Line[]>, number]>([
    [
      'a quiet pass',
      () => idleRun(lab, { population: { ...SMALL, confirming: 0 }, latency: 1, pairs: 1 }),
      2,
    ],
    [
      'a pass that accepts, over two pages',
      () => manyRequests(lab, { population: SMALL, latency: 1, pairs: 1 }),
      7,
    ],
    ['many targets', () => manyTargets(lab, { many: 3, few: 1, latency: 1, pairs: 1 }), 2],
    ['decisions', () => decisionRate({ owners: [2, 3, 4], rounds: 1, ms: 1 }), 4],
    ['policies', () => policyLanguage({ owners: 3, runs: 1 }), 2],
  ])('measures %s to its end, with the same calls on both sides', async (_, measure, lines) => {
    const measured = await measure();
    expect(measured).toHaveLength(lines);
    expect(figures(measured).every((figure) => Number.isFinite(figure) && figure > 0)).toBe(true);
  });

  it('measures a cold start, and tells what the bundle is made of', async () => {
    const [cold, loading, whole, ...packages] = await coldStart(lab, {
      population: { ...SMALL, confirming: 0 },
      latencies: [1],
      pairs: 1,
    });
    expect(figures([cold, loading].filter((line) => line !== undefined))).toHaveLength(18);
    expect(whole).toMatchObject({ what: 'bundle: all of it' });
    expect(packages.map(({ what }) => what)).toContain('bundle: @aws-sdk/client-dynamodb');
  });
});

describe('the bound of a pass that accepts', () => {
  const heard = (at: number, service: string, operation: string, body = ''): RecordedCall => ({
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
  const page = heard(0, 'directconnect', 'DescribeVirtualInterfaces');
  const describeOne = (at: number) =>
    heard(at, 'directconnect', 'DescribeVirtualInterfaces', '{"virtualInterfaceId":"dxvif-1"}');
  const gateways = (at: number) => heard(at, 'ec2', 'DescribeVpnGateways');
  const write = (at: number) => heard(at, 'dynamodb', 'UpdateItem');
  const confirm = (at: number) => heard(at, 'directconnect', 'ConfirmPrivateVirtualInterface');
  const pass = [
    ...[page, write(1)],
    ...[describeOne(2), gateways(3), write(4), confirm(5), write(6)],
    ...[describeOne(7), gateways(8), confirm(9), write(10)],
  ];

  it('takes the next request in each lane, with its share of the writes, and makes every call once', () => {
    const plan = planAcceptances(pass, 2);
    const words = plan.map((stage) =>
      stage.map((lane) => lane.map((step) => step.map(({ operation }) => operation).join(' + '))),
    );
    const lane = [
      'DescribeVirtualInterfaces + DescribeVpnGateways',
      'ConfirmPrivateVirtualInterface',
      'UpdateItem',
    ];
    expect(words).toEqual([[['DescribeVirtualInterfaces', 'UpdateItem']], [lane, lane], [['UpdateItem']]]);
    assertSameCalls(pass, plan.flat(3));
  });

  it('is told from a side that makes other calls', () => {
    expect(() => assertSameCalls(pass, pass.slice(1))).toThrow(
      'different calls: directconnect DescribeVirtualInterfaces 3 against 2',
    );
  });

  it('makes at once what was under way at once', () => {
    const calls = [page, { ...write(0.1), until: 9 }, { ...gateways(0.5) }];
    expect(inSequence(calls).map((step) => step.length)).toEqual([2, 1]);
  });
});

describe('the table', () => {
  const row = (ratio: number, limit: Row['limit']): Row => {
    const compared = comparePairs([[ratio * 10, 10]]);
    return { part: 'quiet', what: 'a pass', unit: 'ms', ...compared, limit };
  };

  it('tells of a median its spread, and of a ratio whether its limit is met', () => {
    expect(summarize([3, 1, 2, 4])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(missesLimit(row(1.2, { atMost: 1.2 }))).toBe(false);
    expect(missesLimit(row(1.21, { atMost: 1.2 }))).toBe(true);
    expect(missesLimit(row(19, { atLeast: 20 }))).toBe(true);
    expect(missesLimit(row(Number.NaN, { atMost: 1.2 }))).toBe(true);
    expect(missesLimit(row(9, null))).toBe(false);
  });

  it('names the machine, and what could not be measured', () => {
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
    expect(text).toMatch(/quiet +a pass +20\.0 ms +10\.0 ms +2\.00 +at most 1\.2 +NO/);
    expect(text).toContain('cli: accepting: not measured: it is not installed');
  });
});
