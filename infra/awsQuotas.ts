import { CfnResource, type Stack } from 'aws-cdk-lib';

/** How much of an AWS quota is used. `cdk synth` fails if a quota is exceeded, rather than the deployment. */
export interface QuotaUsage {
  /** what is counted, and its unit */
  readonly what: string;
  readonly used: number;
  readonly quota: number;
}

/** IAM: all inline policies of a role together, without white space. */
export const ROLE_POLICY_CHARACTERS = 10_240;
/** IAM: one managed policy, without white space. */
export const MANAGED_POLICY_CHARACTERS = 6144;
/** IAM: managed policies of a role, unless AWS has raised it for the account. */
export const MANAGED_POLICIES = 10;
/** CloudFormation: resources of one stack. `test/infra/awsQuotas.test.ts` shows that its other quotas are reached later. */
const RESOURCES = 500;

/** Counts the resources of a stack. Call it when the stack is complete. */
export function stackResourceUsage(stack: Stack): QuotaUsage {
  const used = stack.node.findAll().filter(CfnResource.isCfnResource).length;
  return { what: 'resources of a stack', used, quota: RESOURCES };
}

/** @returns a message for each quota that is exceeded */
export function describeExceededQuotas(usages: readonly QuotaUsage[]): string[] {
  return usages
    .filter(({ used, quota }) => used > quota)
    .map(
      ({ what, used, quota }) =>
        `too many targets for one stack: ${used} ${what}, and AWS allows ${quota}; move some policy files to another folder and ` +
        'deploy them as a separate stack: `-c policyDir=FOLDER -c stackName=NAME`',
    );
}

/** Characters of a JSON document when deployed. Values that are only known then count with their maximum length. */
export function sizeWhenDeployed(resolved: unknown): number {
  return JSON.stringify(resolved, (_, part: unknown) => withMaximumLength(part)).length;
}

/** Maximum length of each pseudo parameter. */
const PSEUDO_PARAMETERS: Readonly<Record<string, number>> = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-99'.length,
  'AWS::AccountId': 12,
};
/** Maximum length of a physical name that CloudFormation generates, in a stack with the longest allowed name. */
const GENERATED_NAME = 200;
const GENERATED_ARN = GENERATED_NAME + 60;

/** Replaces an intrinsic function of CloudFormation by a text of the maximum length of its result. */
function withMaximumLength(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if ('Fn::Join' in part && Array.isArray(part['Fn::Join'])) {
    const [separator, pieces] = part['Fn::Join'];
    return pieces.map(withMaximumLength).join(separator);
  }
  if ('Ref' in part && typeof part.Ref === 'string')
    return 'x'.repeat(PSEUDO_PARAMETERS[part.Ref] ?? GENERATED_NAME);
  return 'Fn::GetAtt' in part ? 'x'.repeat(GENERATED_ARN) : part;
}
