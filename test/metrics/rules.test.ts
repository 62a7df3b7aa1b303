import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isFamilyName } from '../../cli/metrics/metricFamilies.ts';
import { ALERT_CODES, ALERTS } from '../../core/alerts.ts';
import { updateMetricsPage } from '../../scripts/metricsReference.ts';
import { folderWith } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';
import { runProgram } from '../support/systemdUnits.ts';
import { metricsIn, RULES_FILE, readDashboard, readRules } from './alertRules.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { alerts: RULES, recordings: RECORDINGS } = readRules();
const PAGE = read('docs/prometheus.md');
const HAS_PROMTOOL = isInstalled('promtool');

function promtool(dir: string, ...args: string[]) {
  return runProgram('promtool', args, dir, { PATH: process.env.PATH ?? '' });
}

function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}

/** Alarms of what only a deployment on AWS has. */
const ONLY_AWS = ['Watcher not running'];

describe('the alert rules', () => {
  it('have one alert or more for each alarm of the runbook, and lead to a heading of it', () => {
    const alarms =
      read('docs/runbook.md')
        .split('\n## ')
        .find((part) => part.startsWith('Alarms\n')) ?? '';
    const titles = [...alarms.matchAll(/^### (.*)$/gm)].map(([, title = '']) => title);
    expect(titles.length).toBeGreaterThanOrEqual(8);
    const linked = RULES.map(({ annotations }) => annotations.runbook.replace('docs/runbook.md#', ''));
    for (const title of titles.filter((one) => !ONLY_AWS.includes(one)))
      expect(linked).toContain(anchorOf(title));
    const headings = [...read('docs/runbook.md').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
    const known = new Set([...headings, ...Object.values(ALERTS).map(({ title }) => title)].map(anchorOf));
    for (const anchor of linked) expect(known).toContain(anchor);
  });

  it('have the code of each alert of a target, with the heading of that alert', () => {
    for (const code of ALERT_CODES) {
      const found = RULES.filter(({ labels }) => labels.code === code);
      const runbook = `docs/runbook.md#${anchorOf(ALERTS[code].title)}`;
      expect(found.map(({ annotations }) => annotations.runbook)).toContain(runbook);
      expect(new Set(found.map(({ annotations }) => annotations.runbook))).toEqual(new Set([runbook]));
    }
    const coded = RULES.flatMap(({ labels }) => labels.code ?? []);
    for (const code of coded) expect(ALERT_CODES).toContain(code);
  });

  it('use metrics that exist', () => {
    for (const { alert, expr } of RULES)
      for (const name of metricsIn(expr)) expect(isFamilyName(name), `${alert}: ${name}`).toBe(true);
  });

  it('have names of their own, which the page explains', () => {
    expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length);
    for (const { alert } of RULES) expect(PAGE).toContain(`| \`${alert}\` |`);
  });

  it.skipIf(!HAS_PROMTOOL)('are valid for `promtool check rules`', async () => {
    const { code, output } = await promtool(ROOT, 'check', 'rules', '--lint=all', '--lint-fatal', RULES_FILE);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(`${RULES.length + RECORDINGS.length} rules found`),
    });
  });
});

describe('the dashboard', () => {
  const { panels, templating } = readDashboard();
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('uses metrics that exist, and variables that it defines', () => {
    for (const expr of expressions) {
      expect(metricsIn(expr).length).toBeGreaterThan(0);
      for (const name of metricsIn(expr)) expect(isFamilyName(name), expr).toBe(true);
    }
    const defined = templating.list.map(({ name }) => name);
    const used = JSON.stringify(panels).matchAll(/\$\{?(\w+)\}?/g);
    for (const [, name = ''] of used) expect(defined).toContain(name);
  });

  it('has panels that do not overlap, each with an ID and a title of its own', () => {
    for (const key of ['id', 'title'] as const)
      expect(new Set(panels.map((panel) => panel[key])).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });

  it.skipIf(!HAS_PROMTOOL)('has expressions that Prometheus can read', async () => {
    const rules = expressions.map((expr, i) => ({
      record: `panel:${i}`,
      expr: expr.replaceAll('$target', '.*'),
    }));
    const dir = folderWith({ 'panels.yaml': JSON.stringify({ groups: [{ name: 'panels', rules }] }) });
    const { code, output } = await promtool(dir, 'check', 'rules', 'panels.yaml');
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining(`${rules.length} rules found`),
    });
  });
});

it('docs/prometheus.md has the table of metrics', () => {
  expect(updateMetricsPage(PAGE), 'stale: run `npm run docs`').toBe(PAGE);
});

/**
 * One story for each alert, in minutes: the values of series, and when the alert is quiet and when it is raised. `promtool`
 * starts its clock at 1970, so instants are small.
 */
interface AlertStory {
  readonly series: Readonly<Record<string, string>>;
  readonly quiet: readonly number[];
  readonly raised: readonly number[];
  /** labels that the alert has beside those of its rule */
  readonly labels?: Readonly<Record<string, string>>;
  /** between two runs; default: 5 */
  readonly interval?: 60;
}

const M = 'vif_acceptor_';
const T = '{instance="host", target="acme"}';
const OF_TARGET = { instance: 'host', target: 'acme' };

const STORIES: Readonly<Record<string, readonly AlertStory[]>> = {
  VifAcceptorNotRunning: [
    // Runs every 5 minutes until minute 10, then the timer is dead.
    {
      series: { [`${M}last_run_end_timestamp_seconds${T}`]: '0x4 300x4 600x50' },
      quiet: [5, 24],
      raised: [26, 50],
    },
    {
      series: { [`${M}runs_total{instance="host", target="acme", status="leaseHeld"}`]: '1x4 2x4 3x50' },
      quiet: [5, 9],
      raised: [10, 30],
    },
    // Hourly runs until minute 60.
    {
      series: { [`${M}last_run_end_timestamp_seconds${T}`]: '0x59 3600x300' },
      quiet: [59, 239],
      raised: [241],
      interval: 60,
    },
  ],
  VifAcceptorListingOld: [
    {
      series: { [`${M}last_complete_listing_timestamp_seconds${T}`]: '0x400' },
      quiet: [359],
      raised: [361],
      interval: 60,
    },
    {
      series: { [`${M}last_complete_listing_timestamp_seconds${T}`]: '0x100' },
      quiet: [29],
      raised: [31, 90],
    },
  ],
  VifAcceptorRunFailing: [
    // From minute 60 on every run fails: more than half an hour later that is more than half.
    { series: { [`${M}last_run_success${T}`]: '1x59 0x60 1x90' }, quiet: [60, 89, 180], raised: [101, 120] },
    // From minute 10 on every run fails for the same reason.
    {
      series: {
        [`${M}failing_since_timestamp_seconds${T}`]: '_x9 600x100',
        [`${M}last_run_end_timestamp_seconds${T}`]: '0x9 605x4 905x4 1205x4 1505x4 1805x4 2105x4 2405x60',
      },
      quiet: [49],
      raised: [52],
    },
    // Of hourly runs, one failed.
    {
      series: {
        [`${M}last_run_success${T}`]: '1x239 0x59 1x300',
        [`${M}failing_since_timestamp_seconds${T}`]: '_x239 14400x59 _x300',
        [`${M}last_run_end_timestamp_seconds${T}`]: '10800x239 14405x59 18005x300',
      },
      quiet: [241, 271, 281, 299, 311, 400],
      raised: [],
      interval: 60,
    },
    // The first hourly run of a machine failed.
    {
      series: { [`${M}last_run_success${T}`]: '0x59 1x300' },
      quiet: [40, 71, 100, 119, 131, 200],
      raised: [],
      interval: 60,
    },
    // From minute 60 on, two hourly runs failed for the same reason.
    {
      series: {
        [`${M}failing_since_timestamp_seconds${T}`]: '_x59 3600x200',
        [`${M}last_run_end_timestamp_seconds${T}`]: '5x59 3605x59 7205x200',
      },
      quiet: [119],
      raised: [131],
      interval: 60,
    },
    // Two of three hourly runs failed, each for another reason.
    {
      series: { [`${M}last_run_success${T}`]: '1x179 0x119 1x300' },
      quiet: [239],
      raised: [300],
      interval: 60,
    },
  ],
  VifAcceptorDeadlineNear: [
    { series: { [`${M}earliest_expiry_timestamp_seconds${T}`]: '90000x70' }, quiet: [30, 59], raised: [61] },
    // It may have expired, and is still pending.
    { series: { [`${M}earliest_expiry_timestamp_seconds${T}`]: '600x70' }, quiet: [], raised: [9, 60] },
  ],
  VifAcceptorExpiryUnknown: [
    { series: { [`${M}unknown_expiry_requests${T}`]: '0x4 1x20' }, quiet: [4], raised: [5, 20] },
  ],
  VifAcceptorRequestExpired: [
    {
      series: { [`${M}last_expired_timestamp_seconds${T}`]: '_x9 600x100' },
      quiet: [5, 71],
      raised: [10, 69],
    },
  ],
  VifAcceptorConfirmFailing: [
    {
      series: { [`${M}confirm_failed_runs_total${T}`]: '0x9 1x4 2x4 3x80' },
      quiet: [9, 14, 19, 85],
      raised: [21, 60],
    },
    // The confirms of hourly runs failed from minute 60 on.
    {
      series: { [`${M}confirm_failed_runs_total${T}`]: '0x59 1x59 2x59 3x300' },
      quiet: [59, 61, 119, 365],
      raised: [121, 181, 240],
      interval: 60,
    },
  ],
  VifAcceptorNotAvailable: [
    { series: { [`${M}not_available_interfaces${T}`]: '0x4 1x4 0x100' }, quiet: [4, 75], raised: [5, 60] },
  ],
  VifAcceptorUnexpectedRoutes: [
    { series: { [`${M}unexpected_routes${T}`]: '0x4 2x4 0x100' }, quiet: [4, 75], raised: [5, 60] },
  ],
  VifAcceptorEventDeliveryFailing: [
    {
      series: { [`${M}oldest_undelivered_event_timestamp_seconds${T}`]: '_x4 300x30' },
      quiet: [4, 19],
      raised: [21, 30],
    },
  ],
  VifAcceptorRecordedAlert: [
    {
      series: { [`${M}alerts{instance="host", target="acme", code="run-failing"}`]: '0x4 1x20' },
      quiet: [4],
      raised: [5, 20],
      labels: { ...OF_TARGET, code: 'run-failing' },
    },
    {
      series: {
        [`${M}alerts{instance="host", target="acme", code="run-failing"}`]: '1x20',
        [`${M}last_run_success${T}`]: '0x20',
      },
      quiet: [5, 20],
      raised: [],
    },
  ],
  VifAcceptorUnitFailed: [
    {
      series: {
        'node_systemd_unit_state{instance="host", name="vif-acceptor-events.service", state="failed"}':
          '0x4 1x30',
        'node_systemd_unit_state{instance="host", name="other.service", state="failed"}': '1x40',
      },
      quiet: [4, 14],
      raised: [16],
      labels: { instance: 'host', name: 'vif-acceptor-events.service', state: 'failed' },
    },
  ],
  VifAcceptorRequestHeld: [{ series: { [`${M}held_requests${T}`]: '0x4 1x20' }, quiet: [4], raised: [5] }],
  // The value is absent while a run has no complete listing.
  VifAcceptorUngranted: [
    {
      series: { [`${M}ungranted_interfaces${T}`]: '0x4 1x10 _x30 1x4 0x100' },
      quiet: [4, 115],
      raised: [5, 30, 49, 100],
    },
  ],
  VifAcceptorPolicyInvalid: [{ series: { [`${M}policy_valid${T}`]: '1x4 0x20' }, quiet: [4], raised: [5] }],
  VifAcceptorLedgerDamaged: [
    { series: { [`${M}damaged_ledger_items${T}`]: '0x4 1x20' }, quiet: [4], raised: [5] },
  ],
  VifAcceptorMetricsMissing: [
    { series: {}, quiet: [14], raised: [16], labels: {} },
    // The file of one of two machines is gone from minute 21 on; the other machine still has its file.
    {
      series: { [`${M}build_info${T}`]: '1x20', [`${M}build_info{instance="other", target="lab"}`]: '1x300' },
      quiet: [20, 35],
      raised: [45, 300],
      labels: { instance: 'host' },
    },
    // A target that leaves the file, or another version, is no missing file.
    {
      series: {
        [`${M}build_info${T}`]: '1x20',
        [`${M}build_info{instance="host", target="lab", version="2"}`]: '1x100',
      },
      quiet: [20, 45, 100],
      raised: [],
    },
  ],
  VifAcceptorMetricsStale: [
    {
      series: {
        'node_textfile_mtime_seconds{instance="host", file="/textfile/vif-acceptor.prom"}': '0x50',
        'node_textfile_mtime_seconds{instance="host", file="/textfile/other.prom"}': '0x50',
      },
      quiet: [29],
      raised: [31],
      labels: { instance: 'host', file: '/textfile/vif-acceptor.prom' },
    },
    {
      series: { 'node_textfile_mtime_seconds{instance="host", file="/textfile/vif-acceptor.prom"}': '0x400' },
      quiet: [359],
      raised: [361],
      labels: { instance: 'host', file: '/textfile/vif-acceptor.prom' },
      interval: 60,
    },
  ],
  VifAcceptorMetricsUnreadable: [
    {
      series: { 'node_textfile_scrape_error{instance="host"}': '0x4 1x20' },
      quiet: [4, 9],
      raised: [11],
      labels: { instance: 'host' },
    },
  ],
};

/** A unit test of `promtool test rules`, which is also valid YAML. */
function promtoolTest(alert: string, { series, quiet, raised, labels = OF_TARGET }: AlertStory) {
  const own = RULES.find((rule) => rule.alert === alert)?.labels;
  const expected = { exp_labels: { ...own, ...labels } };
  return {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [],
    alert_rule_test: [
      ...quiet.map((minute) => ({ eval_time: `${minute}m`, alertname: alert, exp_alerts: [] })),
      ...raised.map((minute) => ({ eval_time: `${minute}m`, alertname: alert, exp_alerts: [expected] })),
    ],
  };
}

describe('each alert', () => {
  it('has a story', () => {
    expect(Object.keys(STORIES).sort()).toEqual(RULES.map(({ alert }) => alert).sort());
  });

  it.skipIf(!HAS_PROMTOOL)(
    'is raised when its story says so, and not before, for `promtool test rules`',
    async () => {
      const bare = folderWith({});
      // promtool evaluates every rule of a file at every minute of a story, so that each alert has a file of its own.
      const files = RULES.flatMap(({ annotations: _, ...rule }) =>
        [5, 60].flatMap((interval) => {
          const stories = STORIES[rule.alert]?.filter((story) => (story.interval ?? 5) === interval) ?? [];
          if (stories.length === 0) return [];
          const recordings = RECORDINGS.map(({ record, expr }) => ({
            record,
            expr: expr.replace('vector(300)', `vector(${interval * 60})`),
          }));
          const name = `${rule.alert}-${interval}.yaml`;
          const groups = [{ name: 'all', rules: [...recordings, rule] }];
          writeFileSync(join(bare, `rules-${name}`), JSON.stringify({ groups }));
          const tests = stories.map((story) => promtoolTest(rule.alert, story));
          const document = { rule_files: [`rules-${name}`], evaluation_interval: '1m', tests };
          writeFileSync(join(bare, name), JSON.stringify(document));
          return [name];
        }),
      );
      const { code, output } = await promtool(bare, 'test', 'rules', ...files);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
    },
  );
});
