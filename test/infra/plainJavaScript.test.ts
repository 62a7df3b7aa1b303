import { App, Duration, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { DeploymentRefused } from '../../infra/validateOptions.ts';
import { VifAcceptor } from '../../infra/vifAcceptor.ts';

/** Reasons for which the construct refuses these properties, passed without type checks. */
function reasonsFor(props: unknown): readonly string[] {
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Net');
  try {
    Reflect.construct(VifAcceptor, [stack, 'Acceptor', props]);
  } catch (error) {
    if (error instanceof DeploymentRefused) return error.reasons;
    throw error;
  }
  return [];
}

const GOOD = { policyDir: 'examples', notify: 'nobody' };

describe('from plain JavaScript, the construct', () => {
  it.each([
    [
      { ...GOOD, interval: 5 },
      '`interval` must be a Duration of aws-cdk-lib, such as `Duration.minutes(5)`, got `5`',
    ],
    [{ ...GOOD, interval: '5 minutes' }, '`interval` must be a Duration'],
    [{ ...GOOD, interval: null }, '`interval` must be a Duration'],
    [{ ...GOOD, availableWithin: { hours: 2 } }, '`availableWithin` must be a Duration'],
    [{ ...GOOD, notify: 'noc' }, '`notify` must be `{ email'],
    [{ ...GOOD, notify: 'noc@example.com' }, '`notify` must be `{ email'],
    [{ ...GOOD, notify: 7 }, 'got `7`'],
    [{ ...GOOD, notify: {} }, 'got an object with no keys'],
    [{ ...GOOD, notify: { mail: 'noc@example.com' } }, 'got an object with the keys `mail`'],
    [
      { ...GOOD, notify: { email: ['noc@example.com'] } },
      '`notify.email` must be an e-mail address, got a list',
    ],
    [
      { ...GOOD, notify: { topic: 'arn:aws:sns:eu-west-3:012345678901:noc' } },
      '`notify.topic` must be a topic',
    ],
    [{ ...GOOD, auditLog: 'true' }, '`auditLog` must be true or false, got `true`'],
    [{ ...GOOD, revision: 7 }, '`revision` must be a text, got `7`'],
    [
      { notify: 'nobody' },
      "`policyDir` must be the folder of the policies, such as 'policy', got `undefined`",
    ],
    [{ ...GOOD, policyDir: 7 }, '`policyDir` must be'],
    [undefined, 'the third argument must be an object, got `undefined`'],
  ])('refuses %j in one sentence', (props, message) => {
    expect(reasonsFor(props)).toEqual([expect.stringContaining(message)]);
  });

  it('reports all errors at once', () => {
    const wrong = { policyDir: '', notify: 'noc', interval: 5, availableWithin: Duration.days(30) };
    expect(reasonsFor(wrong)).toHaveLength(4);
  });
});
