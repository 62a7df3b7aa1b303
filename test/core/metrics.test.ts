import { describe, expect, it } from 'vitest';
import { FOLLOW_UP_PROBLEMS } from '../../core/ledgerEntries.ts';
import { metricsOf } from '../../core/metrics.ts';
import type { UnexpectedRoutes } from '../../core/routeWatch.ts';
import {
  countOutcomes,
  type Outcome,
  pickDescribedFields,
  type RequestReport,
  type RunProblemCode,
  type RunReport,
} from '../../core/runReport.ts';
import { aVif } from '../support/builders.ts';
import { anEndedRequest, aRouteFinding } from '../support/ledgerBuilders.ts';

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
    withoutFreeze: null,
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
    unexpectedRoutes: [],
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
  EventDeliveryFailed: 0,
  Pending: 0,
  Accepted: 0,
  Held: 0,
  ConfirmFailed: 0,
  Expired: 0,
  NotAvailable: 0,
  UnexpectedRoutes: 0,
};

describe('counts', () => {
  const all = (['accepted', 'held', 'held', 'gone', 'failed', 'notAttempted'] as const).map((one) =>
    aRequest(one),
  );

  it('include every outcome', () => {
    expect(countOutcomes(all, false)).toEqual({
      pending: 6,
      accepted: 1,
      held: 2,
      gone: 1,
      failed: 1,
      notAttempted: 1,
    });
  });

  it('include `wouldAccept` only in a plan', () => {
    expect(countOutcomes([aRequest('wouldAccept')], true)).toMatchObject({ pending: 1, wouldAccept: 1 });
    expect(countOutcomes([], false)).not.toHaveProperty('wouldAccept');
  });

  it('are metrics', () => {
    expect(measured(aReport({ requests: all }))).toMatchObject({
      Pending: 6,
      Accepted: 1,
      Held: 2,
      ConfirmFailed: 1,
    });
  });
});

describe('the metrics of a run', () => {
  it('are zeros for a run without findings', () => {
    expect(measured(aReport())).toEqual({ ...ZEROS, RunFailed: 0, RunCompleted: 1 });
  });

  it('include the counts of a run that failed after its listing', () => {
    expect(measured(aReport({ status: 'failed' }))).toEqual({ ...ZEROS, RunFailed: 1, RunCompleted: 0 });
  });

  it('leave out the counts of a run that failed before its listing', () => {
    const report = aReport({ status: 'failed', counts: null });
    expect(measured(report)).toEqual({ RunFailed: 1, RunCompleted: 0, EventDeliveryFailed: 0 });
  });

  it.each<[RunProblemCode[], number]>([
    [['event-delivery'], 1],
    [['api', 'event-delivery'], 1],
    [['api', 'ledger'], 0],
  ])('for the failures %j say whether an event was not delivered', (codes, undelivered) => {
    const failures = codes.map((code) => ({ code, message: '' }));
    for (const counts of [null, countOutcomes([], false)]) {
      const report = aReport({ status: 'failed', counts, failures });
      expect(measured(report)).toMatchObject({ RunFailed: 1, EventDeliveryFailed: undelivered });
    }
  });

  it('have only `LeaseHeld` for a run without the lease', () => {
    expect(measured(aReport({ status: 'leaseHeld', counts: null }))).toEqual({ LeaseHeld: 1 });
    expect(measured(aReport({ status: 'leaseHeld' }))).toEqual({ LeaseHeld: 1 });
  });

  it('count the expired requests among the ended ones', () => {
    const ended = (['expired', 'rejected', 'expired', 'vanished', 'acceptedByOthers'] as const).map((as) =>
      anEndedRequest({ as }),
    );
    expect(measured(aReport({ ended }))).toMatchObject({ Expired: 2 });
  });

  it('count every accepted interface with a problem', () => {
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

  it('UnexpectedRoutes is the number of interfaces, not of their findings', () => {
    const routes: UnexpectedRoutes = {
      ...{ id: 'dxvif-1', owner: 'acme', gateway: 'vgw-12345678', connection: null },
      ...{ acceptedAt: '2026-11-10T11:00:00.000Z', readAt: '2026-11-10T12:00:00.000Z', prefixes: 2 },
      findings: [aRouteFinding('0.0.0.0/0'), aRouteFinding('::/0')],
      findingCount: 2,
    };
    expect(measured(aReport({ unexpectedRoutes: [routes] }))).toMatchObject({ UnexpectedRoutes: 1 });
  });
});

describe('HoursToDeadline', () => {
  const inTwoHours = '2026-11-10T14:00:00.000Z';
  it.each<[string, RequestReport[], number | undefined]>([
    ['of nothing pending', [], undefined],
    ['for an unknown earliest expiry', [aRequest('held')], undefined],
    ['for a known earliest expiry', [aRequest('held', inTwoHours)], 2],
    ['for a past earliest expiry', [aRequest('held', '2026-11-10T11:00:00.000Z')], -1],
    ['of the soonest', [aRequest('held', '2026-11-12T12:00:00.000Z'), aRequest('failed', inTwoHours)], 2],
    ['of what was not attempted', [aRequest('notAttempted', inTwoHours)], 2],
    [
      'for accepted and gone requests',
      [aRequest('accepted', inTwoHours), aRequest('gone', inTwoHours)],
      undefined,
    ],
    ['of one known and one not', [aRequest('held'), aRequest('held', inTwoHours)], 2],
  ])('%s', (_, requests, hours) => {
    expect(measured(aReport({ requests })).HoursToDeadline).toBe(hours);
  });
});
