import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DeploymentRefused } from '../../infra/validateOptions.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { type Deployment, installationOf, target } from './stackFixtures.ts';

/** So many targets with names of so many characters. */
function targets(count: number, length: number, credentials: (name: string) => Parameters<typeof target>[2]) {
  return Array.from({ length: count }, (_, i) => {
    const name = `t${String(i).padStart(2, '0')}`.padEnd(length, 'x');
    const given = credentials(name);
    return target(name, given !== null && 'role' in given ? 'aws' : 'outscale', given);
  });
}

const oneSecret = () => ({ secret: 'vif-acceptor/outscale' });
const ownSecret = (name: string) => ({ secret: `vif-acceptor/${name}` });
const ownRole = (name: string) => ({ role: `arn:aws:iam::012345678901:role/${name}`, externalId: null });

const TOLD: Deployment = { notify: { email: 'noc@example.com' } };

/** @returns what has no room, with how much it needs; empty when all has */
function refused(policies: readonly CompiledPolicy[]): string[] {
  try {
    installationOf(policies, TOLD);
    return [];
  } catch (error) {
    if (error instanceof DeploymentRefused) return [...error.reasons];
    throw error;
  }
}

describe('one stack', () => {
  it.each([
    { of: '40 targets with a secret each', policies: targets(40, 10, ownSecret) },
    { of: '40 targets in accounts of AWS, with a role each', policies: targets(40, 10, ownRole) },
    { of: '50 targets that share a secret', policies: targets(50, 10, oneSecret) },
  ])('has room for $of', ({ policies }) => {
    expect(refused(policies)).toEqual([]);
  });

  it.each([
    { of: 'a role', policies: targets(55, 10, ownSecret), limit: 'characters of policies of a role' },
    { of: 'a stack', policies: targets(65, 4, oneSecret), limit: 'resources of a stack' },
    {
      of: 'an environment',
      policies: targets(45, 63, oneSecret),
      limit: 'bytes of environment of a function',
    },
    { of: 'a rule', policies: targets(45, 63, oneSecret), limit: 'characters of the pattern of a rule' },
  ])('says when there are too many targets for $of, and how to use two', ({ policies, limit }) => {
    const told = refused(policies).filter((reason) => reason.includes(limit));
    expect(told).toEqual([expect.stringContaining('-c policyDir=FOLDER -c stackName=NAME')]);
  });

  it('with as many targets as have room is within the limits that nobody looks at', () => {
    const { stack } = installationOf(targets(58, 10, oneSecret), TOLD);
    const template = Template.fromStack(stack).toJSON();
    // Of CloudFormation: a template of 1 MB, 200 outputs, 200 parameters.
    expect(JSON.stringify(template).length).toBeLessThan(1_000_000);
    expect(Object.keys(template.Outputs).length).toBeLessThan(200);
    // Of CloudWatch: 500 metrics a graph.
    expect(58 * 2).toBeLessThan(500);
  });
});
