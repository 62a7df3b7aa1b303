import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  historyPartition,
  livePartition,
  POLICY_PARTITION_PREFIX,
} from '../adapters/ledgers/dynamo/dynamoTable.ts';
import { EVENT_SOURCE } from '../core/events/event.ts';
import { KINDS } from '../core/kinds.ts';
import { type Policy, recipientKey, usedKinds } from '../core/policy.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { type QuotaUsage, ROLE_POLICY_CHARACTERS, sizeWhenDeployed } from './awsQuotas.ts';

export interface FunctionRoleProps {
  readonly policies: readonly Policy[];
  readonly ledger: Table;
  /** where Lambda, with this role, records failed invocations */
  readonly failedRuns: IQueue;
  readonly log: ILogGroup;
  /** whether the function reads the log of calls */
  readonly auditLog: boolean;
}

/** Creates the IAM role of a function: what it may do for its targets, in the ledger, on the event bus and in its log. */
export function createFunctionRole(
  scope: Construct,
  id: string,
  { policies, ledger, failedRuns, log, auditLog }: FunctionRoleProps,
): { role: Role; usage: QuotaUsage } {
  const stack = Stack.of(scope);
  const inlinePolicies = {
    Targets: new PolicyDocument({
      minimize: true,
      statements: policies.flatMap((policy) => targetStatements(policy, stack, auditLog)),
    }),
    Ledger: new PolicyDocument({ statements: [ledgerStatement(policies, ledger), eventStatement(stack)] }),
    Log: new PolicyDocument({
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

/** Permissions for one target. */
function targetStatements(policy: Policy, stack: Stack, auditLog: boolean): PolicyStatement[] {
  const { credentials } = policy.recipient;
  if (credentials === null) return ownRoleStatements(policy, stack, auditLog);
  if ('secret' in credentials) return [secretStatement(credentials.secret, stack)];
  return [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [credentials.role] })];
}

/** Permissions for the ledger: items of the function's own targets, and the archive of policies used for decisions. */
function ledgerStatement(policies: readonly Policy[], table: Table): PolicyStatement {
  const keys = policies.map(({ recipient }) => recipientKey(recipient));
  return new PolicyStatement({
    actions: [
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'dynamodb:BatchWriteItem',
      // Needed by a transaction that writes only while a condition holds.
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
 * Permission to publish events, with this product's source only. The condition key has a value for each of up to ten entries of a
 * call, hence the set operator; that operator also matches a call without any value, hence `Null`.
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

function secretStatement(secret: string, { partition, region, account }: Stack): PolicyStatement {
  // Secrets Manager appends six random characters to the name in an ARN.
  const arn = secret.startsWith('arn:')
    ? secret
    : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
  return new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] });
}

/** Whether the function calls the provider with its own role. */
function usesOwnRole({ recipient }: Policy): boolean {
  return PROVIDER_TRAITS[recipient.provider].credentials === 'role' && recipient.credentials === null;
}

/** ARN pattern of every interface of a recipient: the IDs of future requests are unknown. */
function interfaceArns({ region, account }: Policy['recipient'], partition: string): string {
  return `arn:${partition}:directconnect:${region}:${account}:dxvif/*`;
}

function ownRoleStatements(policy: Policy, { partition }: Stack, auditLog: boolean): PolicyStatement[] {
  const { recipient } = policy;
  const { region } = recipient;
  return [
    // No IAM condition key names the gateway or the connection: only the policy file restricts those.
    new PolicyStatement({
      actions: usedKinds(policy).map((kind) => `directconnect:${KINDS[kind].confirmOperation}`),
      resources: [interfaceArns(recipient, partition)],
    }),
    // These actions support no resource-level permissions; the region can be restricted.
    new PolicyStatement({
      actions: [
        'directconnect:DescribeVirtualInterfaces',
        'directconnect:DescribeConnections',
        'directconnect:DescribeDirectConnectGateways',
        'directconnect:DescribeDirectConnectGatewayAssociations',
        'directconnect:ListVirtualInterfaceRoutes',
        'ec2:DescribeVpnGateways',
        'ec2:DescribeRouteTables',
        'ec2:DescribeVpcs',
        ...(auditLog ? [PROVIDER_TRAITS.aws.auditLog.permission] : []),
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': region } },
    }),
  ];
}

/** Acknowledges each wildcard in the role's permissions with a reason: cdk-nag reports wildcards without one. */
function acknowledgeWildcards(role: Role, policies: readonly Policy[], partition: string): void {
  const withOwnRole = policies.filter(usesOwnRole);
  if (withOwnRole.length === 0) return;
  const named = Token.isUnresolved(partition) ? '<AWS::Partition>' : partition;
  const confirmable = new Set(withOwnRole.map(({ recipient }) => interfaceArns(recipient, named)));
  Validations.of(role).acknowledge(
    ...[...confirmable].map((resource) => ({
      id: `AwsSolutions-IAM5[Resource::${resource}]`,
      reason:
        'the IDs of future requests are unknown when the role is created; account and region are fixed, and the policy ' +
        'files decide which requests are confirmed',
    })),
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'read-only actions; those of EC2 and of CloudTrail and those that list support no resource-level permissions; the region is ' +
        'restricted by a condition',
    },
  );
}
