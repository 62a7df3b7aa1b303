import { Token, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Policy } from '../core/policy.ts';
import { actsItself, interfacesOf } from './rights.ts';

/** Says of each wildcard in the rights of a function why there is no way without: cdk-nag refuses those that nobody explains. */
export function explainWildcards(role: Role, policies: readonly Policy[], partition: string): void {
  const own = policies.filter(actsItself);
  if (own.length === 0) return;
  const named = Token.isUnresolved(partition) ? '<AWS::Partition>' : partition;
  const confirming = new Set(own.map(({ recipient }) => interfacesOf(recipient, named)));
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
