import { Aws, CfnOutput, type Duration, Stack, Token } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PROVIDERS } from '../core/model.ts';
import type { CompiledPolicy } from '../language/index.ts';
import { describeExceededQuotas, type QuotaUsage, stackResourceUsage } from './awsQuotas.ts';
import { Alarms } from './createAlarms.ts';
import { createDashboard } from './dashboard.ts';
import { DeadLetterQueues } from './deadLetterQueues.ts';
import { evaluationWindowFor } from './metrics.ts';
import { createTopic, NotificationRule, type Notify } from './notifications.ts';
import { createLedgerTable, PROJECT_ROOT, ProviderFunction } from './providerFunction.ts';
import { locateRunbook } from './runbookLink.ts';
import { DeploymentRefused } from './validateOptions.ts';
import { findTargetProblems } from './validateTargets.ts';

export interface InstallationProps {
  readonly policies: readonly CompiledPolicy[];
  readonly notify: Notify;
  /** of the policies, as `git describe` prints it */
  readonly revision: string;
  /** between two runs for a target */
  readonly interval: Duration;
  /** how long an accepted interface may take to become `available` before it is reported */
  readonly availableWithin: Duration;
  /** whether the functions read the logs of calls */
  readonly auditLog: boolean;
}

const FUNCTION_IDS = { outscale: 'Outscale', aws: 'Aws' } as const;

/** All resources of a deployment, for valid policies. `VifAcceptor` validates them first. */
export class Installation extends Construct {
  /** how much of each AWS quota is used */
  readonly usages: readonly QuotaUsage[];

  /** @throws DeploymentRefused if a target could not work in the stack, or an AWS quota is exceeded */
  constructor(scope: Construct, id: string, props: InstallationProps) {
    super(scope, id);
    const { policies, notify, revision, interval } = props;
    const stack = Stack.of(this);
    const account = Token.isUnresolved(stack.account) ? null : stack.account;
    refuseIfAny(policies.flatMap((policy) => findTargetProblems(policy, account)));

    const ledger = createLedgerTable(this, 'Ledger');
    const queues = new DeadLetterQueues(this, 'Queues');
    const functions = PROVIDERS.flatMap((provider) => {
      const own = policies.filter(({ policy }) => policy.recipient.provider === provider);
      if (own.length === 0) return [];
      return [
        new ProviderFunction(this, FUNCTION_IDS[provider], { ...props, policies: own, ledger, queues }),
      ];
    });

    const topic = createTopic(this, 'Topic', notify);
    const runbook = locateRunbook(PROJECT_ROOT);
    const targets = policies.map(({ policy }) => policy.target);
    const { deadLetters } = queues;
    const notificationRule =
      topic === null
        ? null
        : new NotificationRule(this, 'Messages', { targets, topic, deadLetters, runbook });

    const window = evaluationWindowFor(interval);
    const { alarms } = new Alarms(this, 'Alarms', { functions, window, ledger, deadLetters, topic, runbook });
    const dashboard = createDashboard(this, 'Dashboard', {
      policies,
      revision,
      window,
      functions,
      alarms,
      runbook,
    });
    addOutputs(this, { policies, revision, ledger, queues, functions, topic, dashboard });

    this.usages = [
      ...functions.flatMap(({ usages }) => usages),
      ...(notificationRule === null ? [] : [notificationRule.usage]),
      stackResourceUsage(stack),
    ];
    refuseIfAny(describeExceededQuotas(this.usages));
  }
}

function refuseIfAny(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new DeploymentRefused(reasons);
}

interface OutputsProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
  readonly functions: readonly ProviderFunction[];
  readonly topic: ITopic | null;
  readonly dashboard: Dashboard;
}

/** Adds stack outputs with the names that commands of docs/runbook.md need. */
function addOutputs(scope: Construct, props: OutputsProps): void {
  const { policies, revision, ledger, queues, functions, topic, dashboard } = props;
  const addOutput = (id: string, description: string, value: string): void => {
    new CfnOutput(scope, id, { description, value });
  };
  // A scope of their own keeps names apart that differ only in a hyphen.
  const digests = new Construct(scope, 'Policy');
  for (const { policy, digest } of policies) {
    new CfnOutput(digests, policy.target, {
      description: `policy of target ${policy.target}`,
      value: digest,
    });
  }
  addOutput('Revision', 'revision of the policies', revision);
  addOutput('LedgerTable', 'ledger of all targets', ledger.tableName);
  for (const { node, log } of functions)
    addOutput(`${node.id}Log`, `log of function ${node.id}`, log.logGroupName);
  addOutput('DeadLettersQueue', 'undelivered invocations and notifications', queues.deadLetters.queueUrl);
  addOutput('FailedRunsQueue', 'records of failed runs', queues.failedRuns.queueUrl);
  if (topic !== null) addOutput('NotifyTopic', 'notifications and alarms', topic.topicArn);
  addOutput('DashboardName', 'dashboard', dashboard.dashboardName);
  addOutput('DashboardUrl', 'dashboard', dashboardUrl(dashboard));
}

function dashboardUrl({ dashboardName }: Dashboard): string {
  const { REGION } = Aws;
  return `https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/${dashboardName}`;
}
