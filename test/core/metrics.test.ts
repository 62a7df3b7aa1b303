import { describe, expect, it } from 'vitest';
import { FOLLOW_UP_PROBLEMS } from '../../core/ledgerEntries.ts';
import { metricsOf } from '../../core/metrics.ts';
import {
  countOutcomes,
  type Outcome,
  pickDescribedFields,
  type RequestReport,
  type RunProblemCode,
  type RunReport,
} from '../../core/runReport.ts';
import { aVif } from '../support/builders.ts';
import { anEndedRequest } from '../support/ledgerBuilders.ts';

function aRequest(outcome: Outcome, earliest: string | null = null): RequestReport {
  return {
    id: 'dxvif-aaaaaaaa',
    connection: null,
    vlan: null,
    name: null,
    ...pickDescribedFields(aVif()),
    firstSeen: null,
    deadline: { earliest, latest: '2026-11-17T12:00:00.000Z' },
    decision: { verdict: 'hold', reasons: [] },
    outcome,
    message: null,
    skipped: [],
    manualOverrideCommand: null,
  };
}

function aReport(given: Partial<RunReport> = {}): RunReport {
  const requests = given.requests ?? [];
  return {
    target: 'acme',
    startedAt: '2026-11-10T11:59:00.000Z',
    finishedAt: '2026-11-10T12:00:00.000Z',
    dryRun: false,
    status: 'completed',
    policy: { digest: 'sha256:…', revision: 'v1' },
    counts: countOutcomes(requests, false),
    ignored: [],
    ended: [],
    followUps: [],
    ungranted: [],
    warnings: [],
    failures: [],
    ...given,
    requests,
  };
}

function measured(report: RunReport): Record<string, number> {
  return Object.fromEntries(metricsOf(report).map(({ name, value }) => [name, value]));
}

const ZEROS = {
  AnnouncementFailed: 0,
  Pending: 0,
  Accepted: 0,
  Held: 0,
  ConfirmFailed: 0,
  Expired: 0,
  NotAvailable: 0,
};

describe('counts', () => {
  const all = (['accepted', 'held', 'held', 'gone', 'failed', 'notAttempted'] as const).map((one) =>
    aRequest(one),
  );

  it('of every outcome', () => {
    expect(countOutcomes(all, false)).toEqual({
      pending: 6,
      accepted: 1,
      held: 2,
      gone: 1,
      failed: 1,
      notAttempted: 1,
    });
  });

  it('of what would be accepted only in a plan', () => {
    expect(countOutcomes([aRequest('wouldAccept')], true)).toMatchObject({ pending: 1, wouldAccept: 1 });
    expect(countOutcomes([], false)).not.toHaveProperty('wouldAccept');
  });

  it('become metrics', () => {
    expect(measured(aReport({ requests: all }))).toMatchObject({
      Pending: 6,
      Accepted: 1,
      Held: 2,
      ConfirmFailed: 1,
    });
  });
});

describe('metrics of a pass', () => {
  it('that was quiet: zeros', () => {
    expect(measured(aReport())).toEqual({ ...ZEROS, PassFailed: 0, PassCompleted: 1 });
  });

  it('that failed after its listing', () => {
    expect(measured(aReport({ status: 'failed' }))).toEqual({ ...ZEROS, PassFailed: 1, PassCompleted: 0 });
  });

  it('that failed before its listing: nothing is known of the requests, so nothing is said', () => {
    const report = aReport({ status: 'failed', counts: null });
    expect(measured(report)).toEqual({ PassFailed: 1, PassCompleted: 0, AnnouncementFailed: 0 });
  });

  it.each<[RunProblemCode[], number]>([
    [['announcement'], 1],
    [['api', 'announcement'], 1],
    [['api', 'ledger'], 0],
  ])('that failed of %j: whether somebody was not told', (codes, untold) => {
    const failures = codes.map((code) => ({ code, message: '' }));
    for (const counts of [null, countOutcomes([], false)]) {
      const report = aReport({ status: 'failed', counts, failures });
      expect(measured(report)).toMatchObject({ PassFailed: 1, AnnouncementFailed: untold });
    }
  });

  it('that was refused the lease: only that', () => {
    expect(measured(aReport({ status: 'leaseHeld', counts: null }))).toEqual({ LeaseHeld: 1 });
    expect(measured(aReport({ status: 'leaseHeld' }))).toEqual({ LeaseHeld: 1 });
  });

  it('counts what expired, of all that ended', () => {
    const ended = (['expired', 'rejected', 'expired', 'vanished', 'acceptedByOthers'] as const).map((as) =>
      anEndedRequest({ as }),
    );
    expect(measured(aReport({ ended }))).toMatchObject({ Expired: 2 });
  });

  it('counts every accepted interface that is not well', () => {
    const followUp = {
      id: '',
      owner: '',
      gateway: '',
      acceptedAt: '',
      message: '',
      fix: null,
      connection: null,
    };
    const followUps = FOLLOW_UP_PROBLEMS.map((problem) => ({ ...followUp, problem }));
    expect(measured(aReport({ followUps }))).toMatchObject({ NotAvailable: FOLLOW_UP_PROBLEMS.length });
  });
});

describe('HoursToDeadline', () => {
  const inTwoHours = '2026-11-10T14:00:00.000Z';
  it.each<[string, RequestReport[], number | undefined]>([
    ['of nothing pending', [], undefined],
    ['of an early end that is not known', [aRequest('held')], undefined],
    ['of an early end', [aRequest('held', inTwoHours)], 2],
    ['of an early end that is past', [aRequest('held', '2026-11-10T11:00:00.000Z')], -1],
    ['of the soonest', [aRequest('held', '2026-11-12T12:00:00.000Z'), aRequest('failed', inTwoHours)], 2],
    ['of what was not attempted', [aRequest('notAttempted', inTwoHours)], 2],
    [
      'of what was accepted, or is gone',
      [aRequest('accepted', inTwoHours), aRequest('gone', inTwoHours)],
      undefined,
    ],
    ['of one known and one not', [aRequest('held'), aRequest('held', inTwoHours)], 2],
  ])('%s', (_, requests, hours) => {
    expect(measured(aReport({ requests })).HoursToDeadline).toBe(hours);
  });
});
