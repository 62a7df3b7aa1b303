import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DeploymentRefused } from '../../infra/validateOptions.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import {
  type Deployment,
  installationOf,
  manyTargets,
  oneSecret,
  ownRole,
  ownSecret,
} from './stackFixtures.ts';

/** Stacks are large, and the machine may be busy. */
const LONG = 180_000;

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

/** A permission as the union of all documents of the functions' roles gives it: `ACTION RESOURCE`. */
function permissions(policies: readonly CompiledPolicy[]): string[] {
  const { Resources } = Template.fromStack(installationOf(policies, WITH_NOTIFICATIONS).stack).toJSON();
  const documents = Object.values<{ Type: string; Properties: Record<string, unknown> }>(Resources).flatMap(
    ({ Type, Properties }) => {
      if (Type === 'AWS::IAM::ManagedPolicy') return [Properties.PolicyDocument];
      if (Type !== 'AWS::IAM::Role') return [];
      const inline = z.array(z.object({ PolicyDocument: z.unknown() })).default([]);
      return inline.parse(Properties.Policies).map(({ PolicyDocument }) => PolicyDocument);
    },
  );
  return documents.flatMap((document) =>
    statements.parse(document).Statement.flatMap(({ Action, Resource, Condition }) => {
      const keys = [Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []].flat();
      const actions = [Action].flat();
      const resources = [Resource].flat().map((resource) => JSON.stringify(resource));
      const values = actions[0]?.startsWith('dynamodb:') ? keys : resources;
      return actions.flatMap((action) => values.map((value) => `${action} ${value}`));
    }),
  );
}

/** A document as it is deployed to eu-west-3. */
function inParis(document: unknown): string {
  return JSON.stringify(document)
    .replaceAll('{"Ref":"AWS::Partition"}', '"aws"')
    .replaceAll('{"Ref":"AWS::Region"}', '"eu-west-3"')
    .replaceAll('{"Ref":"AWS::AccountId"}', '"012345678901"')
    .replaceAll(
      /\{"Fn::GetAtt":\["Ledger\w+","Arn"\]\}/g,
      `"arn:aws:dynamodb:eu-west-3:012345678901:table/${'x'.repeat(40)}"`,
    )
    .replaceAll(/\{"Fn::Join":\["",\[([^\]]*)\]\]\}/g, (_, parts: string) => parts.replaceAll('","', ''));
}

const oneOrMore = z.union([z.unknown().array(), z.unknown()]);
const statements = z.object({
  Statement: z.array(
    z.object({
      Action: z.union([z.string(), z.array(z.string())]),
      Resource: oneOrMore,
      Condition: z
        .object({
          'ForAllValues:StringLike': z
            .object({ 'dynamodb:LeadingKeys': z.union([z.string(), z.array(z.string())]) })
            .optional(),
        })
        .optional(),
    }),
  ),
});

describe('one stack', () => {
  it.each([
    { of: '200 targets with a secret each', policies: manyTargets(200, 20, ownSecret) },
    { of: '200 targets in accounts of AWS, with a role each', policies: manyTargets(200, 20, ownRole) },
    { of: '200 targets that share a secret, with long names', policies: manyTargets(200, 63, oneSecret) },
  ])(
    'has room for $of',
    ({ policies }) => {
      expect(refused(policies)).toEqual([]);
    },
    LONG,
  );

  it.each([
    {
      of: 'a role',
      policies: manyTargets(300, 40, ownSecret),
      limit: 'managed policies of a role',
    },
    { of: 'a stack', policies: manyTargets(470, 4, oneSecret), limit: 'resources of a stack' },
  ])(
    'refuses too many targets for $of, and explains how to use a second stack',
    ({ policies, limit }) => {
      const reasons = refused(policies).filter((reason) => reason.includes(limit));
      expect(reasons).toEqual([expect.stringContaining('-c policyDir=FOLDER -c stackName=NAME')]);
    },
    LONG,
  );

  it(
    'with the maximum number of targets is within the quotas that synthesis does not check',
    () => {
      const policies = manyTargets(440, 10, oneSecret);
      const { stack } = installationOf(policies, { ...WITH_NOTIFICATIONS, targetMetrics: true });
      const template = Template.fromStack(stack);
      const json = template.toJSON();
      // CloudFormation: a template of 1 MB, 200 outputs, 200 parameters.
      expect(JSON.stringify(json).length).toBeLessThan(1_000_000);
      expect(Object.keys(json.Outputs).length).toBeLessThan(200);
      // CloudWatch: 500 metrics per graph, and 2,500 in a dashboard.
      const counts = metricsPerGraph(template);
      expect(Math.max(...counts)).toBe(440);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(2500);
    },
    LONG,
  );
});

describe('the permissions of many targets', () => {
  it(
    'are those of few, in managed policies: each names its own secrets and partitions, and each is there once',
    () => {
      const policies = manyTargets(200, 20, ownSecret);
      const found = permissions(policies);
      const alone = policies.slice(0, 2).flatMap((policy) => permissions([policy]));
      expect(found).toEqual(expect.arrayContaining(alone));
      const secrets = found.filter((one) => one.startsWith('secretsmanager:'));
      expect(secrets).toHaveLength(200);
      expect(new Set(secrets).size).toBe(200);
      for (const { policy } of policies)
        expect(
          secrets.filter((one) => one.includes(`:secret:vif-acceptor/${policy.target}-??????`)),
        ).toHaveLength(1);
    },
    LONG,
  );

  it(
    'are in policies that IAM takes, which the role has from the moment that its inline ones are gone',
    () => {
      const template = Template.fromStack(installationOf(manyTargets(200, 20, ownSecret)).stack);
      const managed = template.findResources('AWS::IAM::ManagedPolicy');
      expect(Object.keys(managed).length).toBeGreaterThan(1);
      for (const { Properties } of Object.values(managed))
        expect(inParis(Properties.PolicyDocument).length).toBeLessThanOrEqual(6144);
      const roles = Object.entries(template.findResources('AWS::IAM::Role'));
      const [, role] = roles.find(([id]) => id.startsWith('OutscaleRole')) ?? [];
      expect(role?.Properties.ManagedPolicyArns).toEqual(Object.keys(managed).map((Ref) => ({ Ref })));
    },
    LONG,
  );

  it('stay inline where they fit, so that an update of a small stack changes no permission', () => {
    const template = Template.fromStack(installationOf(manyTargets(40, 10, ownSecret)).stack);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });
});
