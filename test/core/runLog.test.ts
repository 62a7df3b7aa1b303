import { describe, expect, it } from 'vitest';
import { printableValue } from '../../core/json.ts';
import { ManualOverrideCommand } from '../../core/manualOverrideCommand.ts';
import { describeRunFailure, detailCount, detailLines, runLine, summarizeRun } from '../../core/runLog.ts';
import { pickDescribedFields, type RequestReport, type RunReport } from '../../core/runReport.ts';
import { aVif } from '../support/builders.ts';

const HOSTILE = '\u{202e}';

const REQUEST: RequestReport = {
  id: 'dxvif-0000000a',
  connection: 'dxcon-11111111',
  vlan: 101,
  name: 'acme-prod-1',
  ...pickDescribedFields(aVif({ region: 'eu-west-2', mtu: 1500, peers: [] })),
  firstSeen: null,
  deadline: { earliest: null, latest: null },
  decision: { verdict: 'hold', reasons: [{ code: 'unknown-requester', message: 'no owner is known' }] },
  outcome: 'held',
  message: null,
  skipped: [],
  manualOverrideCommand: null,
  withoutFreeze: null,
};

const REPORT: RunReport = {
  target: 'hub',
  startedAt: '2026-11-25T08:00:00.000Z',
  finishedAt: '2026-11-25T08:00:01.000Z',
  dryRun: false,
  status: 'completed',
  policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
  counts: null,
  requests: [],
  ignored: [],
  ended: [],
  followUps: [],
  ungranted: [],
  unexpectedRoutes: [],
  warnings: [],
  failures: [],
};

const MANY = 1000;
const LONG = HOSTILE.repeat(2000);
const failures = Array.from({ length: MANY }, () => ({ code: 'api', message: LONG }) as const);
const tags = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${LONG}${i}`, LONG]));

/** A report whose items are as large as anyone could make them. */
const LARGEST: RunReport = {
  ...REPORT,
  status: 'failed',
  policy: { ...REPORT.policy, revision: LONG },
  failures,
  warnings: failures,
  requests: [
    {
      ...REQUEST,
      name: LONG,
      tags,
      readErrors: Array.from({ length: 500 }, () => LONG),
      skipped: Array.from({ length: 100 }, () => LONG),
      decision: {
        verdict: 'hold',
        reasons: Array.from({ length: 100 }, () => ({ code: 'unreadable', message: LONG }) as const),
      },
    },
  ],
  ignored: [{ id: LONG, connection: LONG, state: LONG, code: 'unreadable', message: LONG }],
};

/** The line as the log writes it. */
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value, printableValue));

describe('the result and the log of the function', () => {
  it('stay within the limits of Lambda and CloudWatch Logs for a very large report', () => {
    expect(bytesOf(summarizeRun(LARGEST))).toBeLessThan(4000);
    expect(bytesOf(describeRunFailure(LARGEST))).toBeLessThan(64_000);
    for (const line of [runLine(LARGEST), ...detailLines(LARGEST)])
      expect(bytesOf(line)).toBeLessThan(128_000);
  });

  it('have a line for each item, failures first, each with its run', () => {
    const report = { ...LARGEST, failures: failures.slice(0, 20), warnings: [] };
    const lines = [...detailLines(report)];
    expect(detailCount(report)).toBe(lines.length);
    expect(lines.map(({ message }) => message)).toEqual([
      ...Array.from({ length: 20 }, () => 'failure'),
      'ignored',
      'request held',
    ]);
    expect(lines.map(({ level }) => level)).toEqual([
      ...Array.from({ length: 20 }, () => 'error'),
      'info',
      'info',
    ]);
    for (const { more } of lines)
      expect(more.run).toEqual({ target: REPORT.target, startedAt: REPORT.startedAt });
  });

  it('shorten an item that is too large, keep its ID and decision, and mark it', () => {
    const [line] = detailLines({ ...LARGEST, failures: [], warnings: [], ignored: [] });
    expect(line?.more.request).toMatchObject({
      id: REQUEST.id,
      vlan: REQUEST.vlan,
      deadline: REQUEST.deadline,
      outcome: 'held',
      decision: {
        verdict: 'hold',
        reasons: expect.arrayContaining([{ code: 'unreadable', message: expect.any(String) }]),
      },
      shortened: true,
    });
  });

  it('have the text of a manual override command, also if the request is shortened', () => {
    const manualOverrideCommand = new ManualOverrideCommand(['aws', 'directconnect', '…'], null);
    const [large = REQUEST] = LARGEST.requests;
    for (const request of [REQUEST, large]) {
      const [line] = detailLines({ ...REPORT, requests: [{ ...request, manualOverrideCommand }] });
      expect(JSON.parse(JSON.stringify(line))).toMatchObject({
        more: { request: { manualOverrideCommand: 'aws directconnect …' } },
      });
    }
  });

  it('keep a normal request unchanged', () => {
    const [line] = detailLines({ ...REPORT, requests: [REQUEST] });
    expect(line).toMatchObject({ message: 'request held', more: { request: REQUEST } });
    expect(runLine(REPORT).more.report).toEqual(summarizeRun(REPORT));
  });
});
