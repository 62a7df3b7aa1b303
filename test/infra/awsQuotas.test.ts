import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DeploymentRefused } from '../../infra/validateOptions.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { type Deployment, installationOf, target } from './stackFixtures.ts';

/** @param length characters of each name */
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

const WITH_NOTIFICATIONS: Deployment = { notify: { email: 'noc@example.com' } };

/** @returns a message for each exceeded quota */
function refused(policies: readonly CompiledPolicy[]): string[] {
  try {
    installationOf(policies, WITH_NOTIFICATIONS);
    return [];
  } catch (error) {
    if (error instanceof DeploymentRefused) return [...error.reasons];
    throw error;
  }
}

const dashboard = z.object({
  widgets: z.array(z.object({ properties: z.object({ metrics: z.array(z.unknown()).optional() }) })),
});

/** The number of metrics in each graph of the dashboard. */
function metricsPerGraph(template: Template): number[] {
  const [found] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const { DashboardBody } = z.object({ DashboardBody: joined }).parse(found?.Properties);
  const { widgets } = dashboard.parse(JSON.parse(DashboardBody));
  return widgets.flatMap(({ properties: { metrics } }) => metrics?.length ?? []);
}

/** A text of a template; references become `x`. */
const joined = z
  .object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) })
  .transform(({ 'Fn::Join': [, parts] }) =>
    parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''),
  );

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
    { of: 'a rule', policies: targets(45, 63, oneSecret), limit: 'characters of the pattern of a rule' },
  ])('refuses too many targets for $of, and explains how to use a second stack', ({ policies, limit }) => {
    const reasons = refused(policies).filter((reason) => reason.includes(limit));
    expect(reasons).toEqual([expect.stringContaining('-c policyDir=FOLDER -c stackName=NAME')]);
  });

  it('with the maximum number of targets is within the quotas that synthesis does not check', () => {
    const { stack } = installationOf(targets(58, 10, oneSecret), WITH_NOTIFICATIONS);
    const template = Template.fromStack(stack);
    const json = template.toJSON();
    // CloudFormation: a template of 1 MB, 200 outputs, 200 parameters.
    expect(JSON.stringify(json).length).toBeLessThan(1_000_000);
    expect(Object.keys(json.Outputs).length).toBeLessThan(200);
    // CloudWatch: 500 metrics per graph.
    const counts = metricsPerGraph(template);
    expect(counts.length).toBeGreaterThan(5);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(58);
    expect(Math.max(...counts)).toBeLessThan(500);
  });
});
