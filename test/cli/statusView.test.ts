import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../cli/output/terminal.ts';
import type { TargetFacts } from '../../cli/status/collectStatus.ts';
import { renderStatusPage } from '../../cli/status/htmlPage.ts';
import { computeAxis, computeLifetime, percentAt, renderAxis } from '../../cli/status/htmlTimeline.ts';
import { describeTarget } from '../../cli/status/statusText.ts';
import { formatElapsedBar, formatTimeLeft } from '../../cli/status/statusWording.ts';
import { summarizeStatus } from '../../cli/status/summary.ts';
import { buildTargetView, type TargetView } from '../../cli/status/targetView.ts';
import type { EndedRequest } from '../../core/endedRequest.ts';
import type { RunFlag } from '../../core/health.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { ManualOverrideCommand } from '../../core/manualOverrideCommand.ts';
import { pickDescribedFields, type RequestReport, type RunReport } from '../../core/runReport.ts';
import { AWS, aLiveVif, aPolicy, aVif } from '../support/builders.ts';
import { aHealth } from '../support/healthBuilders.ts';
import {
  aLedger,
  anAcceptance,
  anEndedRequest,
  anIntent,
  anObservation,
  aReceipt,
  storedReasons,
} from '../support/ledgerBuilders.ts';

const NOW = '2026-11-10T12:00:00.000Z';

/** The facts of a target whose plan found these requests, and whose ledger has `state`. */
function facts(
  requests: readonly RequestReport[],
  state: LedgerState,
  given: Partial<TargetFacts> = {},
): TargetFacts {
  const report: RunReport = {
    target: 'acme',
    startedAt: NOW,
    finishedAt: NOW,
    dryRun: true,
    status: 'completed',
    policy: { digest: `sha256:${'0'.repeat(64)}`, revision: 'v1' },
    counts: { pending: requests.length, accepted: 0, held: 0, gone: 0, failed: 0, notAttempted: 0 },
    requests,
    ignored: [],
    ended: [],
    followUps: [],
    ungranted: [],
    warnings: [],
    failures: [],
  };
  return {
    policy: aPolicy(),
    report,
    state,
    records: { receipts: [], ended: [], damaged: [] },
    since: '2026-10-11T12:00:00.000Z',
    recordsFailure: null,
    interfaces: [],
    ...given,
  };
}

function aRequest(id: string, given: Partial<RequestReport> = {}): RequestReport {
  return {
    id,
    connection: 'dxcon-99999999',
    vlan: 101,
    name: 'vlan-101',
    ...pickDescribedFields(aVif()),
    firstSeen: '2026-11-05T12:00:00.000Z',
    deadline: { earliest: '2026-11-12T11:55:00.000Z', latest: '2026-11-12T12:00:00.000Z' },
    decision: { verdict: 'hold', reasons: [{ code: 'unknown-requester', message: 'no owner has it' }] },
    outcome: 'held',
    message: null,
    skipped: [],
    manualOverrideCommand: new ManualOverrideCommand(['aws', 'directconnect', '…'], null),
    withoutFreeze: null,
    ...given,
  };
}

/** The lines of a status that begin with this word. */
function linesOf(view: TargetView, word: string): string[] {
  return describeTarget(view, PLAIN)
    .split('\n')
    .filter((line) => line.startsWith(word));
}

function between(earliest: string | null, latest: string): Partial<RequestReport> {
  return { deadline: { earliest, latest } };
}

function ids(view: Pick<TargetView, 'pending'>): string[] {
  return view.pending.map(({ id }) => id);
}

describe('the list of pending requests', () => {
  it('starts with requests that may expire at any moment, then the soonest', () => {
    const view = buildTargetView(
      facts(
        [
          aRequest('known-late', between('2026-11-15T00:00:00.000Z', '2026-11-15T00:05:00.000Z')),
          aRequest('unknown-late', between(null, '2026-11-16T00:00:00.000Z')),
          aRequest('known-soon', between('2026-11-10T13:00:00.000Z', '2026-11-17T00:00:00.000Z')),
          aRequest('unknown-soon', between(null, '2026-11-14T00:00:00.000Z')),
          aRequest('b-known-soon', between('2026-11-10T13:00:00.000Z', '2026-11-17T00:00:00.000Z')),
        ],
        aLedger(),
      ),
    );
    expect(ids(view)).toEqual(['unknown-soon', 'unknown-late', 'b-known-soon', 'known-soon', 'known-late']);
  });

  it('starts with the oldest when requests never expire', () => {
    const never = { deadline: { earliest: null, latest: null } };
    const requests = [
      aRequest('young', { ...never, firstSeen: '2026-11-10T11:00:00.000Z' }),
      aRequest('old', { ...never, firstSeen: '2026-09-01T12:00:00.000Z' }),
      aRequest('(without an ID)', { ...never, firstSeen: null }),
    ];
    const view = buildTargetView(facts(requests, aLedger(), { policy: aPolicy({ recipient: AWS }) }));
    expect(ids(view)).toEqual(['(without an ID)', 'old', 'young']);
    expect(view.pending.map(({ elapsed, ageSeconds }) => ({ elapsed, ageSeconds }))).toEqual([
      { elapsed: null, ageSeconds: null },
      { elapsed: null, ageSeconds: 70 * 86_400 },
      { elapsed: null, ageSeconds: 3600 },
    ]);
  });

  it('includes the facts of the ledger', () => {
    const intent = anIntent({ listings: 1 });
    const state = aLedger({
      observations: { 'dxvif-aaaaaaaa': anObservation({ failures: 2, held: storedReasons('no-grant') }) },
      intents: { 'dxvif-aaaaaaaa': intent, 'dxvif-cccccccc': intent },
    });
    const view = buildTargetView(facts([aRequest('dxvif-aaaaaaaa'), aRequest('dxvif-bbbbbbbb')], state));
    const doubt = { at: intent.at, owner: 'acme', grants: ['default'], gateway: intent.gateway, listings: 1 };
    expect(view.pending).toMatchObject([
      { id: 'dxvif-aaaaaaaa', remembered: true, confirmsFailed: 2, inDoubt: doubt },
      { id: 'dxvif-bbbbbbbb', remembered: false, confirmsFailed: 0, inDoubt: null },
    ]);
    expect(view.inDoubt).toEqual([{ id: 'dxvif-cccccccc', ...doubt }]);
  });

  it('ignores an earlier request that had the same ID', () => {
    const id = 'dxvif-aaaaaaaa';
    const state = aLedger({
      observations: { [id]: anObservation({ failures: 2, held: storedReasons('no-grant') }) },
    });
    const { report, ...rest } = facts([aRequest(id)], state);
    const view = buildTargetView({
      ...rest,
      report: { ...report, ended: [anEndedRequest({ id, as: 'vanished' })] },
    });
    expect(view.pending).toMatchObject([{ id, remembered: false, confirmsFailed: 0, heldBefore: [] }]);
    expect(view.ended).toMatchObject([{ id, as: 'vanished', recorded: false }]);
  });

  it('leaves out a request that was gone when the plan evaluated it', () => {
    const view = buildTargetView(facts([aRequest('dxvif-aaaaaaaa', { outcome: 'gone' })], aLedger()));
    expect(view.pending).toEqual([]);
    expect(view.ended).toMatchObject([{ id: 'dxvif-aaaaaaaa', as: 'gone', recorded: false }]);
  });
});

describe('the history', () => {
  it('is sorted newest first, and has an end that a run recorded meanwhile only once', () => {
    const older: EndedRequest = anEndedRequest({ id: 'dxvif-11111111', endedAt: '2026-11-01T00:00:00.000Z' });
    const twice = anEndedRequest({ id: 'dxvif-22222222', endedAt: '2026-11-10T11:59:00.000Z' });
    const receipts = [
      aReceipt({ id: 'dxvif-33333333' }),
      aReceipt({ id: 'dxvif-44444444', acceptedAt: '2026-11-10T11:30:00.000Z' }),
    ];
    const records = { receipts, ended: [older, twice], damaged: ['line 3 is damaged'] };
    const { report, ...rest } = facts([], aLedger(), { records });
    const view = buildTargetView({ ...rest, report: { ...report, ended: [{ ...twice, endedAt: NOW }] } });
    expect(view.accepted.map(({ id }) => id)).toEqual(['dxvif-44444444', 'dxvif-33333333']);
    expect(view.ended).toEqual([
      { ...twice, recorded: true },
      { ...older, recorded: true },
    ]);
    expect(view.damaged).toEqual(['line 3 is damaged']);
  });

  it('follows accepted interfaces until they are available, problems first', () => {
    const acceptances = {
      'dxvif-11111111': anAcceptance(),
      'dxvif-22222222': anAcceptance(),
      'dxvif-33333333': anAcceptance(),
      'dxvif-44444444': anAcceptance({ availableAt: NOW }),
    };
    const problem = {
      id: 'dxvif-33333333',
      owner: 'acme',
      gateway: 'vgw-12345678',
      acceptedAt: '2026-11-10T08:00:00.000Z',
      problem: 'down' as const,
      message: 'down for long',
      fix: null,
      connection: null,
    };
    const interfaces = [
      aLiveVif({ id: 'dxvif-11111111', state: 'pending' }),
      aLiveVif({ id: 'dxvif-22222222', state: 'available' }),
      aLiveVif({ id: 'dxvif-33333333', state: 'down' }),
    ];
    const { report, ...rest } = facts([], aLedger({ acceptances }), { interfaces });
    const view = buildTargetView({ ...rest, report: { ...report, followUps: [problem] } });
    expect(view.followed).toMatchObject([
      { id: 'dxvif-33333333', state: 'down', problem: 'down', message: 'down for long' },
      { id: 'dxvif-11111111', state: 'pending', problem: null },
    ]);
  });

  it('follows an interface again when it is on another connection, with the grants that accepted it', () => {
    const id = 'dxvif-44444444';
    const moved = {
      id,
      owner: 'acme',
      gateway: 'vgw-12345678',
      acceptedAt: '2026-11-10T08:00:00.000Z',
      problem: 'otherConnection' as const,
      connection: 'dxlag-11111111',
      message: 'moved',
      fix: null,
    };
    const acceptances = { [id]: anAcceptance({ availableAt: NOW }) };
    const interfaces = [aLiveVif({ id, connection: 'dxlag-11111111' })];
    const { report, ...rest } = facts([], aLedger({ acceptances }), { interfaces });
    const view = buildTargetView({ ...rest, report: { ...report, followUps: [moved] } });
    expect(view.followed).toMatchObject([{ id, grants: ['default'], problem: 'otherConnection' }]);
  });
});

describe('the bar', () => {
  it.each([
    [{ atLeast: 0, atMost: 0 }, '░░░░░░░░░░ 0 %'],
    [{ atLeast: 0.7799, atMost: 0.7899 }, '████████░░ 77–78 %'],
    [{ atLeast: 0.78, atMost: 0.78 }, '████████░░ 78 %'],
    [{ atLeast: 0.31, atMost: 0.69 }, '███▒▒▒▒░░░ 31–69 %'],
    [{ atLeast: 0.31, atMost: null }, '███▒▒▒▒▒▒▒ ≥ 31 %'],
    [{ atLeast: 0.999, atMost: 0.999 }, '██████████ 99 %'],
    [{ atLeast: 1, atMost: 1 }, '██████████ 100 %'],
  ])('of %j is %s', (gone, drawn) => {
    expect(formatElapsedBar(gone)).toBe(drawn);
  });
});

describe('the time left', () => {
  it.each([
    [null, null, 'never expires'],
    [null, '2026-11-13T14:00:00.000Z', 'unknown, at most in 3 d 2 h'],
    ['2026-11-11T16:00:00.000Z', '2026-11-11T16:00:30.000Z', 'in 1 d 4 h'],
    ['2026-11-11T16:00:00.000Z', '2026-11-12T12:00:00.000Z', 'in 1 d 4 h to 2 d'],
    ['2026-11-10T11:00:00.000Z', '2026-11-10T12:30:00.000Z', 'at any moment, at most in 30 min'],
    [null, '2026-11-10T11:00:00.000Z', 'overdue by 1 h'],
  ])('to an end between %s and %s is: %s', (earliest, latest, words) => {
    expect(formatTimeLeft({ earliest, latest }, NOW)).toBe(words);
  });
});

describe('the timeline', () => {
  it('reaches from the earliest time of an offer to the latest expiry', () => {
    const { pending } = buildTargetView(
      facts(
        [
          aRequest('a', {
            firstSeen: '2026-11-08T12:00:00.000Z',
            ...between('2026-11-14T12:00:00.000Z', '2026-11-15T12:00:00.000Z'),
          }),
          aRequest('b', {
            firstSeen: '2026-11-06T12:00:00.000Z',
            ...between(null, '2026-11-13T12:00:00.000Z'),
          }),
        ],
        aLedger(),
      ),
    );
    const now = Date.parse(NOW);
    const lives = pending.map((item) => computeLifetime(item, now, 7 * 86_400));
    const iso = (at: number | null | undefined) => (at == null ? at : new Date(at).toISOString());
    expect(lives.map(({ made, ends }) => [made.from, made.to, ends?.from, ends?.to].map(iso))).toEqual([
      ['2026-11-03T12:00:00.000Z', '2026-11-06T12:00:00.000Z', null, '2026-11-13T12:00:00.000Z'],
      [
        '2026-11-07T12:00:00.000Z',
        '2026-11-08T12:00:00.000Z',
        '2026-11-14T12:00:00.000Z',
        '2026-11-15T12:00:00.000Z',
      ],
    ]);
    const axis = computeAxis(lives, now);
    const [first, last] = [Date.parse('2026-11-03T12:00:00.000Z'), Date.parse('2026-11-15T12:00:00.000Z')];
    expect(percentAt(axis, first)).toBeCloseTo(2 / 1.04, 1);
    expect(percentAt(axis, last)).toBeCloseTo(100 - 2 / 1.04, 1);
    expect(axis.marks.map(({ label }) => label)).toEqual([
      'Thu 5',
      'Sat 7',
      'Mon 9',
      'Wed 11',
      'Fri 13',
      'Sun 15',
    ]);
  });

  it('has no label at its edge, where half of it would leave a narrow screen', () => {
    const now = Date.parse(NOW);
    for (let hours = 1; hours <= 48; hours += 1) {
      const seen = now - hours * 3_600_000;
      const axis = computeAxis(
        [{ made: { from: seen, to: seen }, ends: { from: null, to: now + 3_600_000 } }],
        now,
      );
      const days = [...renderAxis(axis).html.matchAll(/<text class="(?:odd|even)" x="([\d.]+)%"/g)];
      expect(days.length).toBeGreaterThan(0);
      // Half of a label takes 20 pixels of at least 288.
      for (const [, x] of days) expect(Math.abs(Number(x) - 50)).toBeLessThan(43);
    }
  });

  it('shows only the time since first seen when nothing expires', () => {
    const never = { deadline: { earliest: null, latest: null }, firstSeen: '2026-11-09T12:00:00.000Z' };
    const { pending } = buildTargetView(facts([aRequest('a', never)], aLedger()));
    const seen = Date.parse(never.firstSeen);
    expect(pending.map((item) => computeLifetime(item, Date.parse(NOW), null))).toEqual([
      { made: { from: seen, to: seen }, ends: null },
    ]);
  });
});

describe('the summary', () => {
  it('names requests that need a person before those that the next run accepts', () => {
    const accept = { verdict: 'accept', owner: 'acme', grant: 'prod', gateway: 'vgw-12345678' } as const;
    const view = buildTargetView(
      facts(
        [
          aRequest('dxvif-aaaaaaaa', { ...between(null, NOW), outcome: 'wouldAccept', decision: accept }),
          aRequest('dxvif-bbbbbbbb', between('2026-11-10T15:00:00.000Z', '2026-11-10T15:00:00.000Z')),
        ],
        aLedger(),
      ),
    );
    const { tone, headline, first } = summarizeStatus([view], true);
    expect({ tone, headline, first }).toEqual({
      tone: 'bad',
      headline: '2 requests pending',
      first: [
        '`dxvif-bbbbbbbb` of `acme` expires between 2026-11-10 15:00 and 2026-11-10 15:00 UTC: held for unknown-requester',
      ],
    });
  });

  it('has the tone `good` when nothing is pending and nothing failed', () => {
    expect(summarizeStatus([buildTargetView(facts([], aLedger()))], true)).toMatchObject({
      tone: 'good',
      headline: 'Nothing is pending',
      first: [],
    });
  });

  it('reports invalid policies as a failure', () => {
    const { tone, figures } = summarizeStatus([buildTargetView(facts([], aLedger()))], false);
    expect(tone).toBe('bad');
    expect(figures).toContainEqual({
      name: 'Failures',
      value: '1',
      note: 'invalid policy files',
      tone: 'bad',
    });
  });
});

describe('the alerts', () => {
  /** a view of runs that finished this number of minutes ago, the newest first */
  const viewOf = (ages: readonly number[], flags: readonly RunFlag[] = []): TargetView => {
    const runs = ages.map((age) => ({
      at: new Date(Date.parse(NOW) - age * 60_000).toISOString(),
      flags,
    }));
    return buildTargetView(facts([], aLedger({ health: aHealth([], { runs }) })));
  };

  it('are those of the recorded health, with the time of the last run', () => {
    const view = viewOf([1, 6, 11], ['failed']);
    expect(view.lastRun).toBe('2026-11-10T11:59:00.000Z');
    expect(view.alerts).toEqual([{ code: 'run-failing', since: '2026-11-10T11:49:00.000Z' }]);
  });

  it('say that no run finished when three of the usual intervals have passed', () => {
    const codesOf = (...ages: number[]) => viewOf(ages).alerts.map(({ code }) => code);
    expect(codesOf(14, 19, 24)).toEqual([]);
    expect(codesOf(15, 20, 25)).toEqual(['not-running']);
    expect(codesOf(179, 239, 299)).toEqual([]);
    expect(codesOf(180, 240, 300)).toEqual(['not-running']);
  });

  it('do not say that without knowing the usual interval, or from runs within seconds', () => {
    expect(viewOf([600, 605]).alerts).toEqual([]);
    expect(viewOf([14, 14.1, 14.2]).alerts).toEqual([]);
  });

  it('are one line, and one item of the page; without alerts there is none', () => {
    const view = viewOf([15, 20, 25], ['failed']);
    const [line = ''] = linesOf(view, 'alerts:');
    expect(line).toContain('not-running');
    expect(line).toContain('run-failing');
    expect(renderStatusPage([view], [])).toContain('not-running');
    expect(linesOf(viewOf([1, 6, 11]), 'alerts:')).toEqual([]);
  });

  it('are none if the health cannot be read', () => {
    const view = buildTargetView(facts([], aLedger({ health: 'unreadable' })));
    expect([view.alerts, view.lastRun]).toEqual([[], null]);
  });
});
