import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { writeTempFiles } from '../support/tempFiles.ts';
import { ACCOUNT, type Deployment, OTHER_ROLE, OUTSCALE, OWN_ROLE, stackOf } from './stackFixtures.ts';

const ALL = [OUTSCALE, OWN_ROLE, OTHER_ROLE];
const EMAIL = { email: 'noc@example.com' };

const reports = z.object({
  pluginReports: z.array(z.object({ violations: z.array(z.object({ ruleName: z.string() })) })),
});

/** Findings of cdk-nag for an app. */
function findings(app: App): string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  try {
    app.synth();
    return [];
  } catch {
    // It throws if there are findings, and writes them to a report.
    const { pluginReports } = reports.parse(
      JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')),
    );
    return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName)).sort();
  }
}

function appOf(stack: Stack): App {
  const app = Stage.of(stack);
  if (!(app instanceof App)) throw new Error('the stack is in no app');
  return app;
}

/** Findings without the acknowledged ones. */
function findingsOfTemplate(stack: Stack): string[] {
  const templateFile = join(writeTempFiles({}), 'template.json');
  // Otherwise these parts of every stack would exist twice.
  const { Parameters: _, Rules: __, ...template } = Template.fromStack(stack).toJSON();
  writeFileSync(templateFile, JSON.stringify(template));
  const app = new App({ builtinCloudFormationValidation: false });
  new CfnInclude(new Stack(app, 'Same'), 'Template', { templateFile });
  return findings(app);
}

/** Acknowledged findings of a stack, each with its reason. */
function acknowledged(stack: Stack): [string, string][] {
  return stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(z.record(z.string(), z.string()).parse(data)))
    .map(([id, reason]) => [id.replace('Annotation::', ''), reason]);
}

describe('cdk-nag', () => {
  it.each<{ of: string; deployment: Deployment }>([
    { of: 'a stack that notifies an address', deployment: { notify: EMAIL } },
    { of: 'a stack without notifications', deployment: {} },
    {
      of: 'a stack that notifies a given topic',
      deployment: {
        notify: (scope) => ({
          topic: Topic.fromTopicArn(scope, 'Theirs', `arn:aws:sns:eu-west-3:${ACCOUNT}:noc`),
        }),
      },
    },
    { of: 'a stack whose account is known', deployment: { env: { account: ACCOUNT, region: 'eu-west-3' } } },
  ])('reports nothing for $of', ({ deployment }) => {
    expect(findings(appOf(stackOf(ALL, deployment)))).toEqual([]);
  });

  it('has an acknowledgement for exactly the findings that it would report', () => {
    const stack = stackOf(ALL, { notify: EMAIL });
    const explained = acknowledged(stack);
    expect(
      explained
        .map(([id]) => id)
        .filter(unique)
        .sort(),
    ).toEqual(findingsOfTemplate(stack));
    expect(explained.filter(([, reason]) => reason.trim() === '')).toEqual([]);
  });

  it('reports a queue that accepts plain HTTP', () => {
    const stack = stackOf(ALL);
    new Queue(stack, 'Planted');
    expect(findings(appOf(stack))).toEqual(['AwsSolutions-SQS3', 'AwsSolutions-SQS4']);
  });
});

function unique<T>(item: T, i: number, all: readonly T[]): boolean {
  return all.indexOf(item) === i;
}
