import { Aws, CfnOutput } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { CompiledPolicy } from '../language/index.ts';
import type { Queues } from './deadLetterQueues.ts';
import type { Acceptor } from './providerFunction.ts';

export interface OutputsProps {
  readonly policies: readonly CompiledPolicy[];
  readonly revision: string;
  readonly ledger: Table;
  readonly queues: Queues;
  readonly acceptors: readonly Acceptor[];
  readonly topic: ITopic | null;
  readonly dashboard: Dashboard;
}

/** Names of what was made, for the commands of docs/runbook.md. */
export function addOutputs(scope: Construct, props: OutputsProps): void {
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
  tell('FailedPassesQueue', 'what became of passes that failed', queues.failedPasses.queueUrl);
  if (topic !== null) tell('NotifyTopic', 'who is told', topic.topicArn);
  tell('DashboardName', 'dashboard', dashboard.dashboardName);
  tell('DashboardUrl', 'dashboard', urlOf(dashboard));
}

function urlOf({ dashboardName }: Dashboard): string {
  const { REGION } = Aws;
  return `https://${REGION}.console.aws.amazon.com/cloudwatch/home?region=${REGION}#dashboards/dashboard/${dashboardName}`;
}
