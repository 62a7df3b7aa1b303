import { Aws, CfnOutput, type Duration, Stack, Token } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PROVIDERS } from '../core/model.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { describeExceededQuotas, type QuotaUsage, stackResourceUsage } from './awsQuotas.ts';
import { Watch } from './createAlarms.ts';
import { createDashboard } from './dashboard.ts';
import { DeadLetterQueues } from './deadLetterQueues.ts';
import { evaluationWindowFor } from './metrics.ts';
import { createTopic, NotificationRule } from './notifications.ts';
import type { Notify } from './notificationTarget.ts';
import { createLedgerTable, PROJECT_ROOT, ProviderFunction } from './providerFunction.ts';
import { locateRunbook } from './runbookLink.ts';
import { DeploymentRefused } from './validateOptions.ts';
import { findTargetProblems } from './validateTargets.ts';

export interface OutputsProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
  readonly acceptors: readonly ProviderFunction[];
  readonly topic: ITopic | null;
  readonly dashboard: Dashboard;
}

/** Names of what was made, for the commands of docs/runbook.md. */
function addOutputs(scope: Construct, props: OutputsProps): void {
  const { policies, revision, ledger, queues, acceptors, topic, dashboard } = props;
  const tell = (id: string, description: string, value: string): void => {
    new CfnOutput(scope, id, { description, value });
  };
  // In a scope of their own, names keep apart that differ in a hyphen alone.
  const digests = new Construct(scope, 'Policy');
  for (const { policy, digest } of policies) {
    new CfnOutput(digests, policy.target, {
      description: `policy of target ${policy.target}`,
      value: digest,
    });
  }
  tell('Revision', 'revision of the policies', revision);
  tell('LedgerTable', 'memory of all targets', ledger.tableName);
  for (const { node, log } of acceptors)
    tell(`${node.id}Log`, `log of function ${node.id}`, log.logGroupName);
  tell('DeadLettersQueue', 'what AWS could not deliver', queues.deadLetters.queueUrl);
  tell('FailedPassesQueue', 'what became of passes that failed', queues.failedRuns.queueUrl);
  if (topic !== null) tell('NotifyTopic', 'who is told', topic.topicArn);
  tell('DashboardName', 'dashboard', dashboard.dashboardName);
  tell('DashboardUrl', 'dashboard', urlOf(dashboard));
}

function urlOf({ dashboardName }: Dashboard): string {
  const { REGION } = Aws;
  return `https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/${dashboardName}`;
}

export interface InstallationProps {
  readonly policies: readonly CompiledPolicy[];
  readonly notify: Notify;
  /** of the policies, as git calls it */
  readonly revision: string;
  /** from one pass over a target to the next */
  readonly interval: Duration;
  /** how long what was accepted may take to become `available` before that is told */
  readonly availableWithin: Duration;
}

const ACCEPTOR_IDS = { outscale: 'Outscale', aws: 'Aws' } as const;

/** Everything that is deployed, for policies that are sound: what accepts, who is told, and what watches over both. */
export class Installation extends Construct {
  /** how much of what AWS limits is used */
  readonly usages: readonly QuotaUsage[];

  /** @throws DeploymentRefused when a target could not work where the stack goes, or there are too many of them */
  constructor(scope: Construct, id: string, props: InstallationProps) {
    super(scope, id);
    const { policies, notify, revision, interval } = props;
    refuseUnfit(policies, Stack.of(this));

    const ledger = createLedgerTable(this, 'Ledger');
    const queues = new DeadLetterQueues(this, 'Queues');
    const acceptors = PROVIDERS.flatMap((provider) => {
      const own = policies.filter(({ policy }) => policy.recipient.provider === provider);
      if (own.length === 0) return [];
      return [
        new ProviderFunction(this, ACCEPTOR_IDS[provider], { ...props, policies: own, ledger, queues }),
      ];
    });

    const topic = createTopic(this, 'Topic', notify);
    const runbook = locateRunbook(PROJECT_ROOT);
    const targets = policies.map(({ policy }) => policy.target);
    const { deadLetters } = queues;
    const messages =
      topic === null
        ? null
        : new NotificationRule(this, 'Messages', { targets, topic, deadLetters, runbook });

    const rhythm = evaluationWindowFor(interval);
    const { alarms } = new Watch(this, 'Alarms', { acceptors, rhythm, ledger, deadLetters, topic, runbook });
    const dashboard = createDashboard(this, 'Dashboard', {
      policies,
      revision,
      rhythm,
      acceptors,
      alarms,
      runbook,
    });
    addOutputs(this, { policies, revision, ledger, queues, acceptors, topic, dashboard });

    this.usages = [
      ...acceptors.flatMap(({ usages }) => usages),
      ...(messages === null ? [] : [messages.usage]),
      stackResourceUsage(Stack.of(this)),
    ];
    refuse(describeExceededQuotas(this.usages));
  }
}

function refuseUnfit(policies: readonly CompiledPolicy[], { account }: Stack): void {
  refuse(
    policies.flatMap((policy) => findTargetProblems(policy, Token.isUnresolved(account) ? null : account)),
  );
}

function refuse(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new DeploymentRefused(reasons);
}
