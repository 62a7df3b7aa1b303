import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ALERT_CODES } from '../../core/alerts.ts';
import { DeploymentRefused, INTERVAL_RANGE } from '../../infra/validateOptions.ts';
import { installationOf, manyTargets, oneSecret, ownRole, ownSecret } from './stackFixtures.ts';

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

/** How the targets of a stack get their credentials. */
const CREDENTIALS = { secretEach: ownSecret, sharedSecret: oneSecret, roleEach: ownRole };
type Kind = keyof typeof CREDENTIALS;

/** A stack with targets whose names have 20 characters, one account for each. */
function stackOf(count: number, credentials: Kind) {
  const policies = manyTargets(count, 20, CREDENTIALS[credentials]);
  return installationOf(policies, { notify: { email: 'noc@example.com' } }).stack;
}

/** How many resources of each type are in the stacks of a deployment. */
function countResources(sizes: readonly number[], credentials: Kind): Map<string, number> {
  const counts = new Map<string, number>();
  for (const size of sizes) {
    const { Resources } = Template.fromStack(stackOf(size, credentials)).toJSON();
    for (const { Type } of Object.values<{ Type: string }>(Resources))
      counts.set(Type, (counts.get(Type) ?? 0) + 1);
  }
  return counts;
}

/** Resources whose number in a stack does not depend on the number of targets, by their name on the page. */
const PER_STACK = {
  roles: 'AWS::IAM::Role',
  rules: 'AWS::Events::Rule',
  tables: 'AWS::DynamoDB::Table',
  dashboards: 'AWS::CloudWatch::Dashboard',
  logGroups: 'AWS::Logs::LogGroup',
  queues: 'AWS::SQS::Queue',
  functions: 'AWS::Lambda::Function',
} as const;

/** Stacks are large, and the machine may be busy. */
const LONG = 180_000;

describe(`${PAGE} documents of a stack`, () => {
  it('memory, architecture and interval of its function, and schedules without a flexible time window', () => {
    const template = Template.fromStack(stackOf(1, 'secretEach'));
    for (const name of ['memory', 'watcherMemory'])
      template.hasResourceProperties('AWS::Lambda::Function', {
        MemorySize: documented(name),
        Architectures: ['arm64'],
      });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: `rate(${documented('interval')} minutes)`,
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(documented('interval')).toBe(INTERVAL_RANGE.defaultMinutes);
    expect(documented('metrics')).toBe(ALERT_CODES.length);
  });

  it.each([
    { sizes: [1], credentials: 'secretEach' },
    { sizes: [47], credentials: 'secretEach' },
    { sizes: [200], credentials: 'secretEach' },
    { sizes: [200], credentials: 'sharedSecret' },
    { sizes: [200], credentials: 'roleEach' },
    { sizes: [200, 200, 200, 200, 200], credentials: 'secretEach' },
  ] as const)(
    'the resources of stacks of $sizes targets, $credentials: only schedules and managed policies depend on the number of targets',
    ({ sizes, credentials }) => {
      const counts = countResources(sizes, credentials);
      const alarms = credentials === 'roleEach' ? 'alarmsAws' : 'alarmsOutscale';
      const expected = Object.entries({ ...PER_STACK, [alarms]: 'AWS::CloudWatch::Alarm' }).map(
        ([name, type]) => [type, sizes.length * documented(name)] as const,
      );
      expect(expected.map(([type]) => [type, counts.get(type)])).toEqual(expected);
      const targets = sizes.reduce((sum, size) => sum + size, 0);
      // The watcher has one schedule.
      expect(counts.get('AWS::Scheduler::Schedule')).toBe(targets + sizes.length);
      expect(counts.get('AWS::IAM::ManagedPolicy') ?? 0).toBeLessThanOrEqual(10 * sizes.length);
    },
    LONG,
  );

  it.each([
    { credentials: 'secretEach', most: 'targetsSecretEach' },
    { credentials: 'sharedSecret', most: 'targetsSharedSecret' },
    { credentials: 'roleEach', most: 'targetsRoleEach' },
  ] as const)(
    'the maximum number of targets, $credentials',
    ({ credentials, most }) => {
      expect(() => stackOf(documented(most), credentials)).not.toThrow();
      expect(() => stackOf(documented(most) + 1, credentials)).toThrow(DeploymentRefused);
    },
    LONG,
  );
});
