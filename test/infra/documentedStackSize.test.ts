import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../core/model.ts';
import { DeploymentRefused, INTERVAL_RANGE } from '../../infra/validateOptions.ts';
import { installationOf, target } from './stackFixtures.ts';

const PAGE = 'docs/scale.md';

/** The table of inputs of the page: the cell after each name in backticks. */
const VALUES = new Map(
  [...readFileSync(PAGE, 'utf8').matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, value]) => [
    name,
    value,
  ]),
);

/** Returns the number that the page documents. */
function documented(name: string): number {
  const value = Number(VALUES.get(name));
  if (Number.isNaN(value)) throw new Error(`${PAGE} has no number named \`${name}\``);
  return value;
}

/** A stack with targets that have their own credentials, and names of 20 characters. */
function stackOf(count: number, provider: Provider) {
  const policies = Array.from({ length: count }, (_, i) => {
    const name = `t${String(i).padStart(5, '0')}`.padEnd(20, 'x');
    const role = { role: `arn:aws:iam::012345678901:role/${name}`, externalId: null };
    return target(name, provider, provider === 'aws' ? role : { secret: `vif-acceptor/${name}` });
  });
  return installationOf(policies, { notify: { email: 'noc@example.com' } }).stack;
}

function countOf(count: number, provider: Provider, type: string): number {
  return Object.keys(Template.fromStack(stackOf(count, provider)).findResources(type)).length;
}

describe(`${PAGE} documents of a stack`, () => {
  it('memory, architecture and interval of its function, and schedules without a flexible time window', () => {
    const template = Template.fromStack(stackOf(1, 'outscale'));
    template.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: documented('memory'),
      Architectures: ['arm64'],
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: `rate(${documented('interval')} minutes)`,
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(documented('interval')).toBe(INTERVAL_RANGE.defaultMinutes);
  });

  it.each([
    { provider: 'outscale', alarms: 'alarmsOutscale' },
    { provider: 'aws', alarms: 'alarmsAws' },
  ] as const)('the number of alarms of each $provider target, and one more', ({ provider, alarms }) => {
    expect(countOf(1, provider, 'AWS::CloudWatch::Alarm')).toBe(documented(alarms) + 1);
    expect(countOf(3, provider, 'AWS::CloudWatch::Alarm')).toBe(3 * documented(alarms) + 1);
  });

  it.each([
    ['roles', 'AWS::IAM::Role'],
    ['rules', 'AWS::Events::Rule'],
    ['tables', 'AWS::DynamoDB::Table'],
    ['dashboards', 'AWS::CloudWatch::Dashboard'],
    ['logGroups', 'AWS::Logs::LogGroup'],
    ['queues', 'AWS::SQS::Queue'],
  ])('the number of %s, which does not depend on the number of targets', (name, type) => {
    expect([1, 3].map((count) => countOf(count, 'outscale', type))).toEqual([
      documented(name),
      documented(name),
    ]);
  });

  it.each([
    { provider: 'outscale', most: 'targetsOutscale' },
    { provider: 'aws', most: 'targetsAws' },
  ] as const)('the maximum number of $provider targets', ({ provider, most }) => {
    expect(() => stackOf(documented(most), provider)).not.toThrow();
    expect(() => stackOf(documented(most) + 1, provider)).toThrow(DeploymentRefused);
  });
});
