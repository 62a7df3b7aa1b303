import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Color,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IAlarm,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { ALERT_CODES, ALERTS } from '../core/alerts.ts';
import type { MetricName } from '../core/metrics.ts';
import type { CompiledPolicy, Runbook } from '../language/index.ts';
import { deploymentMetric, targetMetric } from './metrics.ts';
import type { ProviderFunction } from './providerFunction.ts';

export interface DashboardProps {
  readonly policies: readonly CompiledPolicy[];
  readonly deployment: string;
  readonly revision: string;
  /** between two runs for a target */
  readonly interval: Duration;
  /** whether metrics have the dimension `target` */
  readonly targetMetrics: boolean;
  readonly functions: readonly ProviderFunction[];
  readonly alarms: readonly IAlarm[];
  readonly runbook: Runbook;
}

/** A day: the current state, and whether it is usual. */
const TIME_RANGE = Duration.days(1);
const HOURLY = Duration.hours(1);

/** Creates the dashboard: alarms, pending requests and their deadlines, results of runs, and the deployed policies. */
export function createDashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  const { policies, functions, alarms, interval, targetMetrics } = props;
  return new Dashboard(scope, id, {
    defaultInterval: TIME_RANGE,
    widgets: [
      ...alarmRows(alarms),
      ...(targetMetrics ? targetGraphs(props) : [targetTable(functions)]),
      [
        graph('Targets with an alert', { left: alertCounts(props) }),
        graph('Failed invocations per hour', {
          left: functions.map(({ function: invoked, node }) =>
            invoked.metricErrors({ period: HOURLY, label: node.id }),
          ),
        }),
      ],
      [graph('Duration of runs', { left: functions.flatMap(durations(interval)) })],
      [new TextWidget({ markdown: policyTable(props), width: WIDTH, height: 3 + policies.length })],
    ],
  });
}

/** A line for each target in each graph. */
function targetGraphs({ policies, interval }: DashboardProps): IWidget[][] {
  const perTarget = (name: MetricName, statistic: string, period: Duration): IMetric[] =>
    policies.map(({ policy: { target } }) =>
      targetMetric(name, target, statistic, period).with({ label: target }),
    );
  const thresholds = [
    { value: 72, label: 'first warning', color: Color.ORANGE },
    { value: 24, label: 'alarm', color: Color.RED },
  ];
  return [
    [
      graph('Pending', { left: perTarget('Pending', 'Maximum', interval) }),
      graph('Hours to the nearest known deadline', {
        left: perTarget('HoursToDeadline', 'Minimum', interval),
        leftAnnotations: thresholds,
      }),
    ],
    [
      graph('Accepted per hour', { left: perTarget('Accepted', 'Sum', HOURLY) }),
      graph('Held', { left: perTarget('Held', 'Maximum', interval) }),
    ],
    [graph('Failed runs per hour', { left: perTarget('RunFailed', 'Sum', HOURLY) })],
  ];
}

/** The most rows of the table: more targets than a stack has room for. */
const MAX_ROWS = 500;

/** A row for each target, from the lines that its runs logged: `run.metrics` has the metrics of the run. */
function targetTable(functions: readonly ProviderFunction[]): IWidget[] {
  const metric = (name: MetricName): string => `run.metrics.${name}`;
  const columns = [
    `sum(${metric('RunFailed')}) as failedRuns`,
    `latest(${metric('Pending')}) as pending`,
    `latest(${metric('Held')}) as held`,
    `latest(${metric('HoursToDeadline')}) as hoursToDeadline`,
    `sum(${metric('Accepted')}) as accepted`,
  ];
  return [
    new LogQueryWidget({
      title: 'Targets, those with the most failed runs first',
      logGroupNames: functions.map(({ log }) => log.logGroupName),
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        `filter ispresent(${metric('RunFailed')})`,
        `stats ${columns.join(', ')} by run.target as target`,
        'sort failedRuns desc, held desc, target asc',
        `limit ${MAX_ROWS}`,
      ],
      width: WIDTH,
      height: 12,
    }),
  ];
}

/** How many targets have each alert. */
function alertCounts({ deployment }: DashboardProps): IMetric[] {
  return ALERT_CODES.map((code) => {
    const { metric, title } = ALERTS[code];
    return deploymentMetric(metric, deployment, 'Maximum', Duration.minutes(1)).with({ label: title });
  });
}

/** Columns of CloudWatch's grid. */
const WIDTH = 24;

function graph(title: string, props: Partial<GraphWidgetProps>): IWidget {
  return new GraphWidget({ title, width: WIDTH / 2, leftYAxis: { min: 0 }, ...props });
}

function durations(period: Duration): (providerFunction: ProviderFunction) => IMetric[] {
  return ({ function: invoked, node }) =>
    ['Average', 'Maximum'].map((statistic) =>
      invoked.metricDuration({ statistic, period, label: `${node.id}, ${statistic.toLowerCase()}` }),
    );
}

/** CloudWatch's maximum. */
const ALARMS_PER_WIDGET = 100;
/** How many CloudWatch shows side by side. */
const ALARMS_PER_ROW = 6;

function alarmRows(alarms: readonly IAlarm[]): IWidget[][] {
  const widgets = Math.ceil(alarms.length / ALARMS_PER_WIDGET);
  return Array.from({ length: widgets }, (_, i) => {
    const shown = alarms.slice(i * ALARMS_PER_WIDGET, (i + 1) * ALARMS_PER_WIDGET);
    return [
      new AlarmStatusWidget({
        title: 'Alarms, most recently changed first',
        alarms: shown,
        sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        width: WIDTH,
        height: 2 + Math.ceil(shown.length / ALARMS_PER_ROW),
      }),
    ];
  });
}

function policyTable({ policies, revision, runbook }: DashboardProps): string {
  const rows = policies.map(({ policy: { target, recipient }, digest }) =>
    row(target, recipient.provider, recipient.region, recipient.account, `\`${digest}\``),
  );
  return [
    `**Deployed policies**, at revision \`${revision}\`. When an alarm fires: ${runbook.link('Alarms')}`,
    '',
    row('target', 'provider', 'region', 'account', 'digest of its policy'),
    row('---', '---', '---', '---', '---'),
    ...rows,
  ].join('\n');
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
