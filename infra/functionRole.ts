import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { EVENT_SOURCE } from '../adapters/events/publishedEvent.ts';
import {
  historyPartition,
  livePartition,
  POLICY_PARTITION_PREFIX,
} from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import { type QuotaUsage, ROLE_POLICY_CHARACTERS, sizeWhenDeployed } from './awsQuotas.ts';

/** Says of each wildcard in the rights of a function why there is no way without: cdk-nag refuses those that nobody explains. */
function acknowledgeWildcards(role: Role, policies: readonly Policy[], partition: string): void {
  const own = policies.filter(usesOwnRole);
  if (own.length === 0) return;
  const named = Token.isUnresolved(partition) ? '<AWS::Partition>' : partition;
  const confirming = new Set(own.map(({ recipient }) => interfaceArns(recipient, named)));
  Validations.of(role).acknowledge(
    ...[...confirming].map((resource) => ({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason:
        'what will be offered has no ID yet when the role is made; account and region are fixed, and which of them ' +
        'may be confirmed is what the policy files say',
    })),
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Describe actions that only read; IAM lets those of EC2 be limited to no resource, and those that list be ' +
        'limited to none without naming it; the region is a condition',
    },
  );
}

/** What the function may do for one target, and no more. */
function targetStatements({ recipient }: Policy, stack: Stack): PolicyStatement[] {
  const { credentials } = recipient;
  if (credentials === null) return ownRoleRights(recipient, stack);
  if ('secret' in credentials) return [readSecret(credentials.secret, stack)];
  return [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [credentials.role] })];
}

/** What the function may do with its memory: of its own targets, and the policies that they were judged by. */
function ledgerStatement(policies: readonly Policy[], table: Table): PolicyStatement {
  const keys = policies.map(({ recipient }) => recipientKey(recipient));
  return new PolicyStatement({
    actions: [
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'dynamodb:BatchWriteItem',
      // What a transaction needs that writes while a condition is met.
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'dynamodb:DeleteItem',
    ],
    resources: [table.tableArn],
    conditions: {
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': [
          ...keys.flatMap((key) => [livePartition(key), historyPartition(key)]),
          `${POLICY_PARTITION_PREFIX}*`,
        ],
      },
    },
  });
}

/**
 * To announce, as nobody but itself. The condition key has a value for each of up to ten entries of a call, hence the set
 * operator; that one is also true of a call without any value, hence `Null`.
 */
function eventStatement({ partition, region, account }: Stack): PolicyStatement {
  return new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [`arn:${partition}:events:${region}:${account}:event-bus/default`],
    conditions: {
      'ForAllValues:StringEquals': { 'events:source': EVENT_SOURCE },
      Null: { 'events:source': 'false' },
    },
  });
}

function readSecret(secret: string, { partition, region, account }: Stack): PolicyStatement {
  // Secrets Manager ends an ARN in six characters of its own, so a name alone is no ARN yet.
  const arn = secret.startsWith('arn:')
    ? secret
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
  return new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] });
}

/** Whose function acts in its own name. */
function usesOwnRole({ recipient }: Policy): boolean {
  return recipient.provider === 'aws' && recipient.credentials === null;
}

/** Every interface of a recipient: which it will be offered nobody knows. */
function interfaceArns({ region, account }: Policy['recipient'], partition: string): string {
  return `arn:${partition}:directconnect:${region}:${account}:dxvif/*`;
}

function ownRoleRights(recipient: Policy['recipient'], { partition }: Stack): PolicyStatement[] {
  const { region } = recipient;
  return [
    // No condition key of IAM names the gateway or the connection: only the policy limits those.
    new PolicyStatement({
      actions: ['directconnect:ConfirmPrivateVirtualInterface'],
      resources: [interfaceArns(recipient, partition)],
    }),
    // To list is to name no resource, which IAM takes for all of them; the region is what can be narrowed.
    new PolicyStatement({
      actions: [
        'directconnect:DescribeVirtualInterfaces',
        'directconnect:DescribeConnections',
        'directconnect:DescribeDirectConnectGateways',
        'directconnect:DescribeDirectConnectGatewayAssociations',
        'ec2:DescribeVpnGateways',
        'ec2:DescribeRouteTables',
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': region } },
    }),
  ];
}

export interface FunctionRoleProps {
  readonly policies: readonly Policy[];
  readonly ledger: Table;
  /** where Lambda, in the function's name, records failed calls */
  readonly failedRuns: IQueue;
  readonly log: ILogGroup;
}

/** Who the function is: what it may do for its targets, with its memory, and to be heard. */
export function createFunctionRole(
  scope: Construct,
  id: string,
  { policies, ledger, failedRuns, log }: FunctionRoleProps,
): { role: Role; usage: QuotaUsage } {
  const stack = Stack.of(scope);
  const inlinePolicies = {
    Targets: new PolicyDocument({
      minimize: true,
      statements: policies.flatMap((policy) => targetStatements(policy, stack)),
    }),
    Memory: new PolicyDocument({ statements: [ledgerStatement(policies, ledger), eventStatement(stack)] }),
    Record: new PolicyDocument({
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [log.logGroupArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failedRuns.queueArn] }),
      ],
    }),
  };
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies,
  });
  acknowledgeWildcards(role, policies, stack.partition);
  const size = Object.values(inlinePolicies).reduce(
    (sum, policy) => sum + sizeWhenDeployed(stack.resolve(policy)),
    0,
  );
  return {
    role,
    usage: { what: 'characters of policies of a role', used: size, quota: ROLE_POLICY_CHARACTERS },
  };
}
