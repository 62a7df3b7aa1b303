import { describe, expect, it } from 'vitest';
import type { TargetHealth } from '../../core/health.ts';
import { recordRun } from '../../core/recordRun.ts';
import { countOutcomes, type RunProblemCode, type RunReport } from '../../core/runReport.ts';
import { aRequest } from '../support/eventFixtures.ts';
import { aHealth, minutesBefore, RECORDED_AT } from '../support/healthBuilders.ts';
import { anEndedRequest } from '../support/ledgerBuilders.ts';

function aReport(given: Partial<RunReport> = {}): RunReport {
  const { requests = [], failures = [] } = given;
  return {
    target: 'acme',
    startedAt: minutesBefore(1),
    finishedAt: RECORDED_AT,
    dryRun: false,
    status: failures.length > 0 ? 'failed' : 'completed',
    policy: { digest: 'sha256:…', revision: 'v1' },
    counts: countOutcomes(requests, false),
    requests,
    ignored: [],
    ended: [],
    followUps: [],
    ungranted: [],
    unexpectedRoutes: [],
    warnings: [],
    failures,
    ...given,
  };
}

const failures = (...codes: RunProblemCode[]) => codes.map((code) => ({ code, message: '…' }));
const FOLLOW_UP = {
  ...{ id: 'dxvif-1', owner: 'acme', gateway: 'vgw-1', acceptedAt: RECORDED_AT, problem: 'down' as const },
  ...{ connection: null, message: '…', fix: null },
};

const flagsOf = (report: RunReport, isAttended = true) =>
  recordRun(null, report, isAttended).runs.map(({ flags }) => flags);

describe('a run is recorded', () => {
  it.each([
    { given: {}, flags: [] },
    { given: { failures: failures('api') }, flags: ['failed'] },
    { given: { failures: failures('event-delivery') }, flags: ['failed', 'undelivered'] },
    { given: { requests: [aRequest({ outcome: 'failed' })] }, flags: ['confirmFailed'] },
    { given: { ended: [anEndedRequest()] }, flags: ['expired'] },
    { given: { ended: [anEndedRequest({ as: 'deleted' })] }, flags: [] },
    { given: { followUps: [FOLLOW_UP] }, flags: ['notAvailable'] },
  ] as const)('with the flags $flags', ({ given, flags }) => {
    expect(flagsOf(aReport(given))).toEqual([flags]);
  });

  it('as unattended if it publishes no events', () => {
    expect(flagsOf(aReport({ failures: failures('api') }), false)).toEqual([['failed', 'unattended']]);
  });

  it('as one with webhooks only if it publishes events, but has no event bus or events file', () => {
    const flagsWith = (isAttended: boolean, hasMain: boolean) =>
      recordRun(null, aReport({}), isAttended, hasMain).runs.map(({ flags }) => flags);
    expect([flagsWith(true, true), flagsWith(true, false), flagsWith(false, false)]).toEqual([
      [[]],
      [['webhooksOnly']],
      [['unattended']],
    ]);
  });

  it('with a time in whole seconds, which does not drift when it is stored as an age', () => {
    const [run] = recordRun(null, aReport({ finishedAt: '2026-11-10T12:00:00.987Z' }), true).runs;
    expect(run?.at).toBe(RECORDED_AT);
  });
});

describe('the recorded runs', () => {
  /** the health after runs at these minutes */
  const after = (minutes: readonly number[]): TargetHealth =>
    minutes.reduce<TargetHealth | null>(
      (health, minute) => recordRun(health, aReport({ finishedAt: minutesBefore(-minute) }), true),
      null,
    ) ?? aHealth();

  it('are the newest first, and reach back for longer than the window', () => {
    const every5 = after(Array.from({ length: 40 }, (_, i) => i * 5)).runs;
    expect(every5.slice(0, 3).map(({ at }) => at)).toEqual([-195, -190, -185].map(minutesBefore));
    expect(every5).toHaveLength(16);
  });

  it('are at least three, however far apart', () => {
    expect(after([0, 600, 1200, 1800]).runs.map(({ at }) => at)).toEqual(
      [-1800, -1200, -600].map(minutesBefore),
    );
  });

  it('are at most 45, however close together', () => {
    expect(after(Array.from({ length: 100 }, (_, i) => i / 10)).runs).toHaveLength(45);
  });

  it('are not those that a fast clock dated later', () => {
    expect(after([600, 0, 5]).runs.map(({ at }) => at)).toEqual([-5, 0].map(minutesBefore));
  });
});

describe('unattended runs', () => {
  /** the health after runs at these minutes; `?` after a minute: an unattended run */
  const after = (...runs: readonly string[]): TargetHealth =>
    runs.reduce<TargetHealth | null>((health, run) => {
      const finishedAt = minutesBefore(-Number.parseFloat(run));
      return recordRun(health, aReport({ finishedAt }), !run.endsWith('?'));
    }, null) ?? aHealth();
  const attendedIn = ({ runs }: TargetHealth): string[] =>
    runs.filter(({ flags }) => !flags.includes('unattended')).map(({ at }) => at);

  it('never replace the newest attended ones, however long ago those were', () => {
    const many = Array.from({ length: 60 }, (_, i) => `${1000 + i}?`);
    const health = after('0', '60', '120', '180', ...many);
    expect(attendedIn(health)).toEqual([-180, -120, -60].map(minutesBefore));
    expect(health.runs).toHaveLength(45);
    expect(health.runs[0]?.at).toBe(minutesBefore(-1059));
  });

  it('leave each attended run of the window of the shortest interval', () => {
    const minutes = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? `${i}` : `${i}?`));
    expect(attendedIn(after(...minutes))).toHaveLength(40);
  });

  it('with a slow clock do not remove attended ones, and the newest remains the first', () => {
    const health = after('0', '5', '10', '-60?');
    expect(health.runs.map(({ at }) => at)).toEqual([-10, -5, 0, 60].map(minutesBefore));
  });
});

describe('the health keeps', () => {
  it('the codes of the last failed run, each once and at most five', () => {
    const failed = recordRun(
      null,
      aReport({
        failures: failures('api', 'api', 'ledger', 'clock', 'credentials', 'out-of-time', 'internal'),
      }),
      true,
    );
    const codes = ['api', 'ledger', 'clock', 'credentials', 'out-of-time'];
    expect(failed.lastFailure).toEqual({ at: RECORDED_AT, codes });
    const recovered = recordRun(failed, aReport({ finishedAt: minutesBefore(-5) }), true);
    expect(recovered.lastFailure).toEqual({ at: RECORDED_AT, codes });
  });

  it('the counts, and when a deadline is near, of the last complete listing, while runs have none', () => {
    const deadline = { earliest: minutesBefore(-60), latest: minutesBefore(-70) };
    const pending = aRequest({ deadline, firstSeen: minutesBefore(40) });
    const later = aRequest({ deadline, firstSeen: minutesBefore(30) });
    const unknown = aRequest({ deadline: { earliest: null, latest: minutesBefore(-50) } });
    const accepted = aRequest({
      outcome: 'accepted',
      deadline: { earliest: RECORDED_AT, latest: RECORDED_AT },
    });
    const listed = recordRun(null, aReport({ requests: [unknown, later, pending, accepted] }), true);
    expect(listed.nearFrom).toBe(minutesBefore(40));
    expect(listed.lastCounts).toEqual({ at: RECORDED_AT, pending: 4, held: 3, accepted: 1, failed: 0 });
    const failed = recordRun(listed, aReport({ counts: null, failures: failures('api') }), true);
    expect([failed.nearFrom, failed.lastCounts]).toEqual([listed.nearFrom, listed.lastCounts]);
    expect(recordRun(failed, aReport(), true).nearFrom).toBeNull();
  });
});
