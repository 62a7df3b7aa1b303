import { Aws, CfnOutput, type Duration, Stack, Token } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alertWindowFor } from '../core/alerts.ts';
import { PROVIDERS } from '../core/model.ts';
import { type CompiledPolicy, locateRunbook } from '../language/index.ts';
import { describeExceededQuotas, type QuotaUsage, stackResourceUsage } from './awsQuotas.ts';
import { type ChatTopic, chatMessage, createChatTopic } from './chatNotifications.ts';
import { Alarms } from './createAlarms.ts';
import { createDashboard } from './dashboard.ts';
import { DeadLetterQueues } from './deadLetterQueues.ts';
import { deploymentName } from './metrics.ts';
import { createTopic, NotificationRule, type Notify, textMessage } from './notifications.ts';
import { createLedgerTable, ProviderFunction } from './providerFunction.ts';
import { DeploymentRefused } from './validateOptions.ts';
import { findTargetProblems } from './validateTargets.ts';
import { WatcherFunction } from './watcherFunction.ts';

export interface InstallationProps {
  readonly policies: readonly CompiledPolicy[];
  readonly notify: Notify;
  /** absent or `null`: no messages for chat channels */
  readonly chatTopic?: ChatTopic | null;
  /** of the policies, as `git describe` prints it */
  readonly revision: string;
  /** between two runs for a target */
  readonly interval: Duration;
  /** how long an accepted interface may take to become `available` before it is reported */
  readonly availableWithin: Duration;
  /** whether the functions read the logs of calls */
  readonly auditLog: boolean;
  /** whether each run writes metrics with the dimension `target`, which the dashboard then shows */
  readonly targetMetrics: boolean;
}

const FUNCTION_IDS = { outscale: 'Outscale', aws: 'Aws' } as const;

/** All resources of a deployment, for valid policies. `VifAcceptor` validates them first. */
export class Installation extends Construct {
  /** how much of each AWS quota is used */
  readonly usages: readonly QuotaUsage[];

  /** @throws DeploymentRefused if a target could not work in the stack, or an AWS quota is exceeded */
  constructor(scope: Construct, id: string, props: InstallationProps) {
    super(scope, id);
    const { policies, notify, revision, interval, targetMetrics } = props;
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

    const deployment = deploymentName(this);
    const watcher = new WatcherFunction(this, 'Watcher', {
      deployment,
      policyLayers: functions.map(({ policyLayer }) => policyLayer),
      interval,
      ledger,
      queues,
    });

    const topic = createTopic(this, 'Topic', notify);
    const runbook = locateRunbook();
    const { deadLetters } = queues;
    const chatTopic = createChatTopic(this, 'Chat', props.chatTopic ?? null);
    const topics = [
      ...(topic === null ? [] : [{ topic, message: textMessage(runbook.linkPath) }]),
      ...(chatTopic === null ? [] : [{ topic: chatTopic, message: chatMessage(runbook.linkPath) }]),
    ];
    if (topics.length > 0) {
      const publishers = [...functions, watcher].map(({ function: publisher }) => publisher);
      const resource = ledger.tableArn;
      new NotificationRule(this, 'Messages', { resource, publishers, topics, deadLetters });
    }
    const watched = {
      deployment,
      recipients: policies.map(({ policy }) => policy.recipient),
      window: alertWindowFor(interval.toMinutes()),
      table: ledger.tableName,
      watcherLog: watcher.log.logGroupName,
    };
    const { alarms } = new Alarms(this, 'Alarms', {
      ...{ watched, deadLetters, topics: topics.map((one) => one.topic), runbook },
    });
    const dashboard = createDashboard(this, 'Dashboard', {
      ...{ policies, deployment, revision, interval, targetMetrics, functions, alarms, runbook },
    });
    addOutputs(this, { revision, ledger, queues, functions, watcher, topic, chatTopic, dashboard });
    addDigests(this, policies);

    this.usages = [...functions.flatMap(({ usages }) => usages), stackResourceUsage(stack)];
    refuseIfAny(describeExceededQuotas(this.usages));
  }
}

function refuseIfAny(reasons: readonly string[]): void {
  if (reasons.length > 0) throw new DeploymentRefused(reasons);
}

/**
 * Adds the digests of the policies to the metadata of the template: an output for each would end a stack at 200 targets.
 * `aws cloudformation get-template-summary` prints them.
 */
function addDigests(scope: Construct, policies: readonly CompiledPolicy[]): void {
  const { templateOptions } = Stack.of(scope);
  const digests = Object.fromEntries(policies.map(({ policy, digest }) => [policy.target, digest]));
  const others: Readonly<Record<string, unknown>> = templateOptions.metadata?.[DIGESTS] ?? {};
  templateOptions.metadata = { ...templateOptions.metadata, [DIGESTS]: { ...others, ...digests } };
}

const DIGESTS = 'VifAcceptorPolicies';

interface OutputsProps {
  readonly revision: string;
  readonly ledger: Table;
  readonly queues: DeadLetterQueues;
  readonly functions: readonly ProviderFunction[];
  readonly watcher: WatcherFunction;
  readonly topic: ITopic | null;
  readonly chatTopic: ITopic | null;
  readonly dashboard: Dashboard;
}

/** Adds stack outputs with the names that commands of docs/runbook.md need. */
function addOutputs(scope: Construct, props: OutputsProps): void {
  const { revision, ledger, queues, functions, watcher, topic, chatTopic, dashboard } = props;
  const addOutput = (id: string, description: string, value: string): void => {
    new CfnOutput(scope, id, { description, value });
  };
  addOutput('Revision', 'revision of the policies', revision);
  addOutput('LedgerTable', 'ledger of all targets', ledger.tableName);
  for (const { node, log } of functions)
    addOutput(`${node.id}Log`, `log of function ${node.id}`, log.logGroupName);
  addOutput('WatcherLog', 'log of the watcher', watcher.log.logGroupName);
  addOutput('DeadLettersQueue', 'undelivered invocations and notifications', queues.deadLetters.queueUrl);
  addOutput('FailedRunsQueue', 'records of failed runs', queues.failedRuns.queueUrl);
  if (topic !== null) addOutput('NotifyTopic', 'notifications and alarms', topic.topicArn);
  if (chatTopic !== null)
    addOutput('ChatTopic', 'notifications and alarms for Amazon Q Developer', chatTopic.topicArn);
  addOutput('DashboardName', 'dashboard', dashboard.dashboardName);
  addOutput('DashboardUrl', 'dashboard', dashboardUrl(dashboard));
}

function dashboardUrl({ dashboardName }: Dashboard): string {
  const { REGION } = Aws;
  return `https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/${dashboardName}`;
}
