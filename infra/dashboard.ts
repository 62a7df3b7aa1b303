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
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../core/metrics.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { type EvaluationWindow, targetMetric } from './metrics.ts';
import type { ProviderFunction } from './providerFunction.ts';
import type { Runbook } from './runbookLink.ts';

export interface DashboardProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  readonly rhythm: EvaluationWindow;
  readonly acceptors: readonly ProviderFunction[];
  readonly alarms: readonly IAlarm[];
  readonly runbook: Runbook;
}

/** A day: how it is now, and whether that is usual. */
const SHOWN = Duration.days(1);
const HOURLY = Duration.hours(1);

/** What a person reads at a glance: what sounds, what is pending and for how long, what passes do, by which policy. */
export function createDashboard(scope: Construct, id: string, parts: DashboardProps): Dashboard {
  const { policies, acceptors, alarms, rhythm } = parts;
  const each = (name: MetricName, statistic: string, period: Duration): IMetric[] =>
    policies.map(({ policy: { target } }) =>
      targetMetric(name, target, statistic, period).with({ label: target }),
    );
  const marks = [
    { value: 72, label: 'announced', color: Color.ORANGE },
    { value: 24, label: 'alarm', color: Color.RED },
  ];
  return new Dashboard(scope, id, {
    defaultInterval: SHOWN,
    widgets: [
      ...alarmRows(alarms),
      [
        graph('Pending', { left: each('Pending', 'Maximum', rhythm.interval) }),
        graph('Hours to the nearest deadline that is known', {
          left: each('HoursToDeadline', 'Minimum', rhythm.interval),
          leftAnnotations: marks,
        }),
      ],
      [
        graph('Accepted in an hour', { left: each('Accepted', 'Sum', HOURLY) }),
        graph('Held', { left: each('Held', 'Maximum', rhythm.interval) }),
      ],
      [
        graph('Passes that failed in an hour; right: calls of a function that did', {
          left: each('PassFailed', 'Sum', HOURLY),
          right: acceptors.map(({ function: called, node }) =>
            called.metricErrors({ period: HOURLY, label: node.id }),
          ),
        }),
        graph('How long passes take', { left: acceptors.flatMap(durations(rhythm.interval)) }),
      ],
      [new TextWidget({ markdown: policiesIn(parts), width: WIDTH, height: 3 + policies.length })],
    ],
  });
}

/** Columns of CloudWatch's grid. */
const WIDTH = 24;

function graph(title: string, props: Partial<GraphWidgetProps>): IWidget {
  return new GraphWidget({ title, width: WIDTH / 2, leftYAxis: { min: 0 }, ...props });
}

function durations(period: Duration): (acceptor: ProviderFunction) => IMetric[] {
  return ({ function: called, node }) =>
    ['Average', 'Maximum'].map((statistic) =>
      called.metricDuration({ statistic, period, label: `${node.id}, ${statistic.toLowerCase()}` }),
    );
}

/** As many as one widget may show. */
const ALARMS_A_WIDGET = 100;
/** Of them stand side by side. */
const ALARMS_A_ROW = 6;

function alarmRows(alarms: readonly IAlarm[]): IWidget[][] {
  const widgets = Math.ceil(alarms.length / ALARMS_A_WIDGET);
  return Array.from({ length: widgets }, (_, i) => {
    const shown = alarms.slice(i * ALARMS_A_WIDGET, (i + 1) * ALARMS_A_WIDGET);
    return [
      new AlarmStatusWidget({
        title: 'Alarms, what sounds first',
        alarms: shown,
        sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        width: WIDTH,
        height: 2 + Math.ceil(shown.length / ALARMS_A_ROW),
      }),
    ];
  });
}

function policiesIn({ policies, revision, runbook }: DashboardProps): string {
  const rows = policies.map(({ policy: { target, recipient }, digest }) =>
    row(target, recipient.provider, recipient.region, recipient.account, `\`${digest}\``),
  );
  return [
    `**Policies as deployed**, at revision \`${revision}\`. When something sounds: ${runbook.link('Alarms')}`,
    '',
    row('target', 'provider', 'region', 'account', 'digest of its policy'),
    row('---', '---', '---', '---', '---'),
    ...rows,
  ].join('\n');
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
