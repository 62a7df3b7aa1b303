import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../core/model.ts';
import { DeploymentRefused, INTERVAL_RANGE } from '../../infra/validateOptions.ts';
import { installationOf, target } from '../infra/stackFixtures.ts';
import { input, PAGE } from './scalePage.ts';

/** Targets with credentials of their own each, and names of 20 characters. */
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

describe(`${PAGE} says of a stack`, () => {
  it('its memory, its architecture, and that calls have no window of time to spread in', () => {
    const template = Template.fromStack(stackOf(1, 'outscale'));
    template.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: input('memory'),
      Architectures: ['arm64'],
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: `rate(${input('interval')} minutes)`,
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(input('interval')).toBe(INTERVAL_RANGE.defaultMinutes);
  });

  it.each([
    { provider: 'outscale', alarms: 'alarmsOutscale' },
    { provider: 'aws', alarms: 'alarmsAws' },
  ] as const)('its alarms, for targets of $provider: so many each, and one', ({ provider, alarms }) => {
    expect(countOf(1, provider, 'AWS::CloudWatch::Alarm')).toBe(input(alarms) + 1);
    expect(countOf(3, provider, 'AWS::CloudWatch::Alarm')).toBe(3 * input(alarms) + 1);
  });

  it.each([
    ['roles', 'AWS::IAM::Role'],
    ['rules', 'AWS::Events::Rule'],
    ['tables', 'AWS::DynamoDB::Table'],
    ['dashboards', 'AWS::CloudWatch::Dashboard'],
    ['logGroups', 'AWS::Logs::LogGroup'],
    ['queues', 'AWS::SQS::Queue'],
  ])('how many %s it has, however many targets', (name, type) => {
    expect([1, 3].map((count) => countOf(count, 'outscale', type))).toEqual([input(name), input(name)]);
  });

  it.each([
    { provider: 'outscale', most: 'targetsOutscale' },
    { provider: 'aws', most: 'targetsAws' },
  ] as const)('how many targets of $provider fit, and one more does not', ({ provider, most }) => {
    expect(() => stackOf(input(most), provider)).not.toThrow();
    expect(() => stackOf(input(most) + 1, provider)).toThrow(DeploymentRefused);
  });
});
