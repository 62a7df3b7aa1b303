import { CfnResource, type Stack } from 'aws-cdk-lib';

/** How much of a limit of AWS is used. */
export interface QuotaUsage {
  /** what is limited, and in what unit */
  readonly what: string;
  readonly used: number;
  readonly quota: number;
}

/** Of Lambda, for all names and values together. */
export const ENVIRONMENT_BYTES = 4096;
/** Of IAM, for all inline policies of a role together, spaces left out. */
export const ROLE_POLICY_CHARACTERS = 10_240;
/** Of EventBridge. */
export const EVENT_PATTERN_CHARACTERS = 2048;
/** Of CloudFormation. Its other limits are met later: see `test/infra/awsQuotas.test.ts`. */
const RESOURCES = 500;

/** What the whole stack uses, with all that is in it by now. */
export function stackResourceUsage(stack: Stack): QuotaUsage {
  const used = stack.node.findAll().filter(CfnResource.isCfnResource).length;
  return { what: 'resources of a stack', used, quota: RESOURCES };
}

/** @returns a reason for each limit that is exceeded */
export function describeExceededQuotas(usages: readonly QuotaUsage[]): string[] {
  return usages
    .filter(({ used, quota }) => used > quota)
    .map(
      ({ what, used, quota: most }) =>
        `too many targets for one stack: ${used} ${what}, and AWS allows ${most}; move some policy files to another folder and ` +
        'deploy that as a stack of its own: `-c policyDir=FOLDER -c stackName=NAME`',
    );
}

/** Characters of a document once it is deployed: what is only known then is taken as long as it can get. */
export function sizeWhenDeployed(resolved: unknown): number {
  return JSON.stringify(resolved, (_, part: unknown) => known(part)).length;
}

/** The same of a text. */
export function textSizeWhenDeployed(resolved: unknown): number {
  return String(known(resolved)).length;
}

/** Longest of each. */
const PSEUDO: Readonly<Record<string, number>> = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-99'.length,
  'AWS::AccountId': 12,
};
/** A name that CloudFormation makes, of a stack with the longest name there is; its ARN is a little longer. */
const NAME = 200;
const ARN = NAME + 60;

function known(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  if ('Fn::Join' in part && Array.isArray(part['Fn::Join'])) {
    const [separator, pieces] = part['Fn::Join'];
    return pieces.map(known).join(separator);
  }
  if ('Ref' in part && typeof part.Ref === 'string') return 'x'.repeat(PSEUDO[part.Ref] ?? NAME);
  return 'Fn::GetAtt' in part ? 'x'.repeat(ARN) : part;
}
