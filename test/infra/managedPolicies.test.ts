import { describe, expect, it } from 'vitest';
import type { CompiledPolicy } from '../../language/index.ts';
import { manyTargets, ownRole, ownSecret, targetOfAccount, templateOf } from './stackFixtures.ts';

/** Stacks are large, and the machine may be busy. */
const LONG = 180_000;

/** The documents of the managed policies, by logical ID. */
function documents(policies: readonly CompiledPolicy[]): Map<string, string> {
  const found = templateOf(policies).findResources('AWS::IAM::ManagedPolicy');
  return new Map(
    Object.entries(found).map(([id, { Properties }]) => [id, JSON.stringify(Properties.PolicyDocument)]),
  );
}

/** The managed policies that an update from one template to the other creates, changes or deletes. */
function changed(before: readonly CompiledPolicy[], after: readonly CompiledPolicy[]): string[] {
  const [old, now] = [documents(before), documents(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((id) => old.get(id) !== now.get(id));
}

describe('of the managed policies of 200 targets, one update changes only that of the target', () => {
  it.each([
    { of: 'a secret each', targets: manyTargets(200, 20, ownSecret), credentials: ownSecret },
    { of: 'a role each', targets: manyTargets(200, 20, ownRole), credentials: ownRole },
  ])(
    'that is added, with $of',
    ({ targets, credentials }) => {
      // The first by name, so that it comes before all others.
      const added = targetOfAccount('aaa', '012345678901', credentials('a'.repeat(20)));
      expect(changed(targets, [added, ...targets])).toHaveLength(1);
    },
    LONG,
  );

  it(
    'that is removed',
    () => {
      const targets = manyTargets(200, 20, ownSecret);
      expect(changed(targets, targets.slice(1))).toHaveLength(1);
    },
    LONG,
  );

  it(
    'that gets another secret or another name',
    () => {
      const targets = manyTargets(200, 20, ownSecret);
      const secret = targetOfAccount('renamed', '100000000000', { secret: 'other' });
      expect(changed(targets, [secret, ...targets.slice(1)])).toHaveLength(1);
    },
    LONG,
  );
});

it(
  'managed policies of 60 targets are as many as those of 200, so that their number does not depend on that of the targets',
  () => {
    const ids = (count: number) => [...documents(manyTargets(count, 20, ownSecret)).keys()].sort();
    expect(ids(60)).toEqual(ids(200));
  },
  LONG,
);
