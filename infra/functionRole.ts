import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Policy } from '../core/policy.ts';
import { deployedSize, ROLE_POLICY_CHARACTERS, type Usage } from './awsQuotas.ts';
import { eventRights, ledgerRights, rightsFor } from './rights.ts';
import { explainWildcards } from './wildcards.ts';

export interface RoleProps {
  readonly policies: readonly Policy[];
  readonly ledger: Table;
  /** where Lambda, in the function's name, records failed calls */
  readonly failedPasses: IQueue;
  readonly log: ILogGroup;
}

/** Who the function is: what it may do for its targets, with its memory, and to be heard. */
export function acceptorRole(
  scope: Construct,
  id: string,
  { policies, ledger, failedPasses, log }: RoleProps,
): { role: Role; usage: Usage } {
  const stack = Stack.of(scope);
  const inlinePolicies = {
    Targets: new PolicyDocument({
      minimize: true,
      statements: policies.flatMap((policy) => rightsFor(policy, stack)),
    }),
    Memory: new PolicyDocument({ statements: [ledgerRights(policies, ledger), eventRights(stack)] }),
    Record: new PolicyDocument({
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [log.logGroupArn],
        }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failedPasses.queueArn] }),
      ],
    }),
  };
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies,
  });
  explainWildcards(role, policies, stack.partition);
  const size = Object.values(inlinePolicies).reduce(
    (sum, policy) => sum + deployedSize(stack.resolve(policy)),
    0,
  );
  return {
    role,
    usage: { of: 'characters of policies of a role', used: size, most: ROLE_POLICY_CHARACTERS },
  };
}
