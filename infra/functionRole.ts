import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
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
import {
  MANAGED_POLICIES,
  MANAGED_POLICY_CHARACTERS,
  type QuotaUsage,
  ROLE_POLICY_CHARACTERS,
  sizeWhenDeployed,
} from './awsQuotas.ts';
import { divideIntoStableGroups } from './stableGroups.ts';

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
  const events = eventStatement(stack);
  const Log = new PolicyDocument({ statements: logStatements(log, failedRuns) });
  const inline = {
    Targets: targetsDocument(policies, stack, auditLog),
    Ledger: new PolicyDocument({ statements: [ledgerStatement(policies, ledger), events] }),
    Log,
  };
  const size = Object.values(inline).reduce((sum, document) => sum + documentSize(document, stack), 0);
  const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
  if (size <= ROLE_POLICY_CHARACTERS) {
    const role = new Role(scope, id, { assumedBy, inlinePolicies: inline });
    acknowledgeWildcards(role, policies, stack.partition);
    return {
      role,
      usage: { what: 'characters of policies of a role', used: size, quota: ROLE_POLICY_CHARACTERS },
    };
  }
  const managedPolicies = createManagedPolicies(scope, policies, ledger, auditLog);
  const inlinePolicies = { Events: new PolicyDocument({ statements: [events] }), Log };
  // The role refers to the policies, so they exist before an update takes its inline policies away.
  const role = new Role(scope, id, { assumedBy, inlinePolicies, managedPolicies });
  return {
    role,
    usage: { what: 'managed policies of a role', used: managedPolicies.length, quota: MANAGED_POLICIES },
  };
}

/**
 * Permissions for more targets than inline policies have room for, as managed policies. Each has the permissions of some targets, at
 * their providers and in the ledger, so that every secret, role and partition is still named.
 */
function createManagedPolicies(
  scope: Construct,
  policies: readonly Policy[],
  ledger: Table,
  auditLog: boolean,
): ManagedPolicy[] {
  const stack = Stack.of(scope);
  const documentOf = (group: readonly Policy[]): PolicyDocument => {
    const document = targetsDocument(group, stack, auditLog);
    document.addStatements(ledgerStatement(group, ledger));
    return document;
  };
  const groups = divideIntoStableGroups(policies, {
    keyOf: ({ recipient }) => recipientKey(recipient),
    groups: MANAGED_POLICIES,
    fits: (group) => documentSize(documentOf(group), stack) <= MANAGED_POLICY_CHARACTERS,
  });
  return groups.flatMap((group, i) => {
    if (group.length === 0) return [];
    const policy = new ManagedPolicy(scope, `Targets${i + 1}`, { document: documentOf(group) });
    acknowledgeWildcards(policy, group, stack.partition);
    return [policy];
  });
}

function documentSize(document: PolicyDocument, stack: Stack): number {
  return sizeWhenDeployed(stack.resolve(document));
}

function targetsDocument(policies: readonly Policy[], stack: Stack, auditLog: boolean): PolicyDocument {
  const statements = policies.flatMap((policy) => targetStatements(policy, stack, auditLog));
  return new PolicyDocument({ minimize: true, statements });
}

/** Permissions for the log of a function, and for the records of its failed invocations. */
export function logStatements(log: ILogGroup, failedRuns: IQueue): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [log.logGroupArn],
    }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failedRuns.queueArn] }),
  ];
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
export function eventStatement({ partition, region, account }: Stack): PolicyStatement {
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

/** Acknowledges each wildcard in the permissions of targets with a reason: cdk-nag reports wildcards without one. */
function acknowledgeWildcards(
  holder: Role | ManagedPolicy,
  policies: readonly Policy[],
  partition: string,
): void {
  const withOwnRole = policies.filter(usesOwnRole);
  if (withOwnRole.length === 0) return;
  const named = Token.isUnresolved(partition) ? '<AWS::Partition>' : partition;
  const confirmable = new Set(withOwnRole.map(({ recipient }) => interfaceArns(recipient, named)));
  Validations.of(holder).acknowledge(
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
