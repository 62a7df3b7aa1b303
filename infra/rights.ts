import type { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { SOURCE } from '../adapters/events/publishedEvent.ts';
import { livePartition, overPartition, POLICIES } from '../adapters/ledgers/dynamo/partitions.ts';
import { type Policy, recipientKey } from '../core/policy.ts';

/** What the function may do for one target, and no more. */
export function rightsFor({ recipient }: Policy, stack: Stack): PolicyStatement[] {
  const { credentials } = recipient;
  if (credentials === null) return ownRoleRights(recipient, stack);
  if ('secret' in credentials) return [readSecret(credentials.secret, stack)];
  return [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [credentials.role] })];
}

/** What the function may do with its memory: of its own targets, and the policies that they were judged by. */
export function ledgerRights(policies: readonly Policy[], table: Table): PolicyStatement {
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
          ...keys.flatMap((key) => [livePartition(key), overPartition(key)]),
          `${POLICIES}*`,
        ],
      },
    },
  });
}

/**
 * To announce, as nobody but itself. The condition key has a value for each of up to ten entries of a call, hence the set
 * operator; that one is also true of a call without any value, hence `Null`.
 */
export function eventRights({ partition, region, account }: Stack): PolicyStatement {
  return new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [`arn:${partition}:events:${region}:${account}:event-bus/default`],
    conditions: {
      'ForAllValues:StringEquals': { 'events:source': SOURCE },
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
export function actsItself({ recipient }: Policy): boolean {
  return recipient.provider === 'aws' && recipient.credentials === null;
}

/** Every interface of a recipient: which it will be offered nobody knows. */
export function interfacesOf({ region, account }: Policy['recipient'], partition: string): string {
  return `arn:${partition}:directconnect:${region}:${account}:dxvif/*`;
}

function ownRoleRights(recipient: Policy['recipient'], { partition }: Stack): PolicyStatement[] {
  const { region } = recipient;
  return [
    // No condition key of IAM names the gateway or the connection: only the policy limits those.
    new PolicyStatement({
      actions: ['directconnect:ConfirmPrivateVirtualInterface'],
      resources: [interfacesOf(recipient, partition)],
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
