/** What every name of a metrics file begins with. */
export const METRIC_PREFIX = 'vif_acceptor_';

/** A metric of the metrics file, as its `# HELP` and `# TYPE` lines and docs/prometheus.md describe it. */
interface MetricFamily {
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  /** labels besides `target`. None has a value that a requester chooses */
  readonly labels: readonly string[];
  /** `run`: only a run measures it; `status`: only `status` does; `both`: both do */
  readonly by: 'run' | 'status' | 'both';
  /** whether the last value stays true until the next one: then it is kept while it cannot be measured */
  readonly isKept: boolean;
}

/**
 * The metrics, by their name without the prefix, in the order of the file. Names are stable: dashboards and alert rules rely on
 * them. Every metric has the label `target`, so that the files of several timers on one machine have no series in common.
 */
export const METRIC_FAMILIES = {
  build_info: {
    ...gauge('both', 'The version that wrote these values; always 1.'),
    labels: ['version'],
  },
  target_info: {
    ...gauge('both', 'The provider and the region of the target; always 1.'),
    labels: ['provider', 'region'],
    isKept: true,
  },
  policy_valid: gauge(
    'both',
    '1 if the policy file of the target is valid, 0 if it has errors and is not run.',
  ),
  last_run_end_timestamp_seconds: {
    ...gauge(
      'both',
      'End of the last run over the target, also of a failed one; `status` reads it in the ledger.',
    ),
    isKept: true,
  },
  last_run_duration_seconds: { ...gauge('run', 'Duration of the last run over the target.'), isKept: true },
  last_run_success: {
    ...gauge('run', '1 if the last run over the target was completed, 0 if it failed or could not begin.'),
    isKept: true,
  },
  last_check_end_timestamp_seconds: gauge('status', 'When `status` last read the target.'),
  last_complete_listing_timestamp_seconds: {
    ...gauge('both', 'Start of the last run that listed all interfaces of the target.'),
    isKept: true,
  },
  failing_since_timestamp_seconds: gauge(
    'both',
    'Start of the first of the runs that have failed for the same reason since; absent while runs succeed.',
  ),
  failures: {
    ...gauge('both', 'Problems because of which the last run or check failed, by code.'),
    labels: ['code'],
  },
  alerts: {
    ...gauge(
      'both',
      'By code of docs/runbook.md, 1 if the target has the alert by what the last runs recorded in the ledger.',
    ),
    labels: ['code'],
  },
  runs_total: {
    ...counter('Runs over the target, by how they ended.'),
    labels: ['status'],
  },
  pending_requests: gauge('both', 'Requests that are still pending; absent without a complete listing.'),
  held_requests: gauge('both', 'Pending requests that the policy or a preflight check holds.'),
  held_requests_by_reason: {
    ...gauge('both', 'Held requests by reason; a request with several reasons counts for each.'),
    labels: ['reason'],
  },
  confirm_failed_requests: gauge('run', 'Requests whose confirm failed in the last run.'),
  confirm_failed_runs_total: counter('Runs in which the confirm of a request failed.'),
  earliest_expiry_timestamp_seconds: gauge(
    'both',
    'The nearest earliest expiry of a pending request; absent if none is known. Also known while runs fail, from the ledger.',
  ),
  unknown_expiry_requests: gauge(
    'both',
    'Pending requests that may expire at any moment, because it is not known since when they are pending.',
  ),
  accepted_requests_total: counter('Requests that runs accepted.'),
  accepted_interfaces: gauge('both', 'Interfaces that vif-acceptor accepted and that have not ended.'),
  expired_requests_total: counter('Requests that expired without being accepted.'),
  last_expired_timestamp_seconds: {
    ...gauge(
      'both',
      'When a run last found that a request had expired; absent if there was none in the last 30 days.',
    ),
    isKept: true,
  },
  not_available_interfaces: gauge(
    'both',
    'Accepted interfaces with a problem: down, gone, not available in time, on another gateway or without routes.',
  ),
  ungranted_interfaces: gauge('both', 'Live interfaces on our gateways that no current grant would justify.'),
  unexpected_routes: gauge(
    'both',
    'Accepted interfaces with routes that their grants do not expect; only where the provider returns routes (AWS).',
  ),
  undelivered_events: gauge('both', 'Events that wait to be delivered.'),
  oldest_undelivered_event_timestamp_seconds: gauge(
    'both',
    'When the oldest event that waits to be delivered was created; absent if none waits.',
  ),
  damaged_ledger_items: gauge('both', 'Items of the ledger that cannot be read.'),
} as const satisfies Readonly<Record<string, MetricFamily>>;

export type FamilyName = keyof typeof METRIC_FAMILIES;

/** The families in the order of the file. */
export const FAMILY_ENTRIES: readonly (readonly [FamilyName, MetricFamily])[] = Object.entries(
  METRIC_FAMILIES,
).flatMap(([name, family]) => (isFamilyName(name) ? [[name, family] as const] : []));

export function isFamilyName(name: string): name is FamilyName {
  return Object.hasOwn(METRIC_FAMILIES, name);
}

/** One value of a family: a line of the file. */
export interface Sample {
  readonly family: FamilyName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function gauge(by: 'run' | 'status' | 'both', help: string) {
  return { type: 'gauge', help, labels: [], by, isKept: false } as const;
}

/** A counter counts from the values that the file already has, so it only falls if the file is lost. */
function counter(help: string) {
  return { type: 'counter', help, labels: [], by: 'run', isKept: true } as const;
}
