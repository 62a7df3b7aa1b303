import { ALERT_CODES } from '../../core/alerts.ts';
import { metricsOf } from '../../core/metrics.ts';
import { REASON_CODES } from '../../core/reasons.ts';
import { isPending, RUN_PROBLEM_CODES, type RunReport } from '../../core/runReport.ts';
import packageJson from '../../package.json' with { type: 'json' };
import type { TargetFacts } from '../status/collectStatus.ts';
import type { PendingView } from '../status/pendingView.ts';
import { buildTargetView, type TargetView } from '../status/targetView.ts';
import { type FamilyName, METRIC_FAMILIES, type Sample } from './metricFamilies.ts';

/** What a command found out about a target. */
export type Measured =
  /** a run that was completed or failed, with the ledger after it */
  | { readonly of: 'run'; readonly facts: TargetFacts }
  /** another run had the lease, so this one measured nothing */
  | { readonly of: 'leaseHeld' }
  | { readonly of: 'status'; readonly facts: TargetFacts }
  /** the run or the check ended with an error before it had a report */
  | { readonly of: 'error'; readonly command: 'run' | 'status' }
  /** the policy file has errors, so nothing was done for the target */
  | { readonly of: 'invalidPolicy'; readonly command: 'run' | 'status' };

export interface MeasuredTarget {
  readonly target: string;
  readonly measured: Measured;
}

/**
 * The samples of all targets for the metrics file.
 * @param previous the samples of the file that is replaced. Counters continue from them, and instants that are still true and
 * cannot be measured now are kept, so that a target whose runs fail stays visible. Targets that are not measured are left out
 */
export function collectSamples(targets: readonly MeasuredTarget[], previous: readonly Sample[]): Sample[] {
  return targets.flatMap(({ target, measured }) => {
    const before = previous.filter(({ labels }) => labels.target === target);
    const now = [...measure(measured), ...count(measured, before)].map(
      ({ family, labels, value }): Sample => ({ family, labels: { target, ...labels }, value }),
    );
    const found = new Set(now.map(({ family }) => family));
    const isKept = (family: FamilyName): boolean =>
      METRIC_FAMILIES[family].isKept ||
      // A run that was locked out knows nothing: what the last one found is still the state of the target.
      measured.of === 'leaseHeld' ||
      // Fail closed: while nothing is known of the requests, the expiry that was known last comes nearer.
      (EXPIRY_FAMILIES.has(family) && !found.has('unknown_expiry_requests'));
    return [...now, ...before.filter(({ family }) => !found.has(family) && isKept(family))];
  });
}

const EXPIRY_FAMILIES: ReadonlySet<FamilyName> = new Set([
  'earliest_expiry_timestamp_seconds',
  'unknown_expiry_requests',
]);

/** The gauges. */
function measure(measured: Measured): Sample[] {
  const common = [sample('build_info', 1, { version: packageJson.version })];
  switch (measured.of) {
    case 'leaseHeld':
      return [...common, sample('policy_valid', 1)];
    case 'invalidPolicy':
    case 'error':
      return [
        ...common,
        sample('policy_valid', measured.of === 'error' ? 1 : 0),
        ...(measured.command === 'run' ? [sample('last_run_success', 0)] : []),
      ];
    case 'status':
      return [
        ...common,
        instant('last_check_end_timestamp_seconds', measured.facts.report.finishedAt),
        ...instants('last_run_end_timestamp_seconds', buildTargetView(measured.facts).lastRun),
        ...measureFacts(measured.facts),
      ];
    case 'run':
      return [...common, ...measureRun(measured.facts.report), ...measureFacts(measured.facts)];
  }
}

function measureRun({ status, startedAt, finishedAt, counts }: RunReport): Sample[] {
  return [
    instant('last_run_end_timestamp_seconds', finishedAt),
    sample('last_run_duration_seconds', (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000),
    sample('last_run_success', status === 'completed' ? 1 : 0),
    ...(counts === null ? [] : [sample('confirm_failed_requests', counts.failed)]),
  ];
}

/** The gauges that a run and `status` have in common. */
function measureFacts(facts: TargetFacts): Sample[] {
  const { report, state } = facts;
  const view = buildTargetView(facts);
  const { provider, region } = view.recipient;
  return [
    sample('target_info', 1, { provider, region }),
    sample('policy_valid', 1),
    ...instants('last_complete_listing_timestamp_seconds', view.lastListing),
    ...instants('failing_since_timestamp_seconds', view.failing?.since ?? null),
    ...RUN_PROBLEM_CODES.map((code) =>
      sample('failures', view.failures.filter((failure) => failure.code === code).length, { code }),
    ),
    ...measureRequests(view),
    ...instants('last_expired_timestamp_seconds', lastExpiry(view)),
    // Without a complete listing these are unknown, which is not zero.
    ...(report.counts === null
      ? []
      : [
          sample('not_available_interfaces', report.followUps.length),
          sample('ungranted_interfaces', report.ungranted.length),
          ...measureRoutes(report),
        ]),
    ...(state === null
      ? []
      : [
          sample('accepted_interfaces', Object.keys(state.acceptances).length),
          sample('undelivered_events', view.undelivered.count),
          ...instants('oldest_undelivered_event_timestamp_seconds', view.undelivered.oldest),
          sample('damaged_ledger_items', view.damaged.length),
          ...ALERT_CODES.map((code) =>
            sample('alerts', view.alerts.some((alert) => alert.code === code) ? 1 : 0, { code }),
          ),
        ]),
  ];
}

/** No sample if the provider reports no routes. */
function measureRoutes(report: RunReport): Sample[] {
  return metricsOf(report).flatMap(({ name, value }: { readonly name: string; readonly value: number }) =>
    name === 'UnexpectedRoutes' ? [sample('unexpected_routes', value)] : [],
  );
}

function measureRequests({ pending: viewed, source }: TargetView): Sample[] {
  const pending = viewed.filter(isStillPending);
  const expiries = pending.flatMap(({ deadline: { earliest } }) => earliest ?? []);
  const unknown = pending.filter(({ deadline }) => deadline.earliest === null && deadline.latest !== null);
  return [
    // Instants in UTC, of one length: the smallest text is the first one.
    ...instants('earliest_expiry_timestamp_seconds', expiries.sort()[0] ?? null),
    ...(source === 'nothing' ? [] : [sample('unknown_expiry_requests', unknown.length)]),
    ...(source === 'listing' ? measureHeld(pending) : []),
  ];
}

function measureHeld(pending: readonly PendingView[]): Sample[] {
  const held = pending.flatMap(({ now }) => (now?.outcome === 'held' ? [codesOf(now.decision)] : []));
  return [
    sample('pending_requests', pending.length),
    sample('held_requests', held.length),
    ...REASON_CODES.map((reason) =>
      sample('held_requests_by_reason', held.filter((codes) => codes.has(reason)).length, { reason }),
    ),
  ];
}

function codesOf(decision: NonNullable<PendingView['now']>['decision']): ReadonlySet<string> {
  return new Set(decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : []);
}

/** Whether the request is pending after the run; `status` lists what the next run would accept, which is pending until then. */
function isStillPending({ now }: PendingView): boolean {
  return now === null || now.outcome === 'wouldAccept' || isPending(now.outcome);
}

/** When an expired request was last found; `null`: none is recorded. */
function lastExpiry({ ended }: TargetView): string | null {
  return (
    ended
      .flatMap(({ as, endedAt }) => (as === 'expired' ? [endedAt] : []))
      .sort()
      .at(-1) ?? null
  );
}

const RUN_STATUSES = ['completed', 'failed', 'leaseHeld'] as const satisfies readonly RunReport['status'][];

/** The counters after a run; none for a command that is no run. */
function count(measured: Measured, before: readonly Sample[]): Sample[] {
  const { of } = measured;
  const report = of === 'run' ? measured.facts.report : null;
  const status = report?.status ?? (of === 'leaseHeld' ? of : of === 'error' ? 'failed' : null);
  if (of === 'status' || status === null || (of === 'error' && measured.command === 'status')) return [];
  const add = (family: FamilyName, by: number, labels: Sample['labels'] = {}): Sample => {
    const isSame = (one: Sample): boolean =>
      one.family === family && Object.entries(labels).every(([name, value]) => one.labels[name] === value);
    return sample(family, (before.find(isSame)?.value ?? 0) + by, labels);
  };
  // Counters begin at zero, so that Prometheus sees their first increase.
  return [
    ...RUN_STATUSES.map((one) => add('runs_total', one === status ? 1 : 0, { status: one })),
    add('accepted_requests_total', report?.counts?.accepted ?? 0),
    add('expired_requests_total', report?.ended.filter(({ as }) => as === 'expired').length ?? 0),
    add('confirm_failed_runs_total', (report?.counts?.failed ?? 0) > 0 ? 1 : 0),
  ];
}

function sample(family: FamilyName, value: number, labels: Sample['labels'] = {}): Sample {
  return { family, labels, value };
}

function instant(family: FamilyName, at: string): Sample {
  return sample(family, Date.parse(at) / 1000);
}

/** No sample for an instant that is not known. */
function instants(family: FamilyName, at: string | null): Sample[] {
  return at === null ? [] : [instant(family, at)];
}
