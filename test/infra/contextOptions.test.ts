import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DeploymentOptions, readOptions } from '../../infra/contextOptions.ts';

/** Reads options, with `notify` set unless the context changes it. */
function options(context: Record<string, unknown>, env: Record<string, string> = {}): DeploymentOptions {
  const given: Record<string, unknown> = { notify: 'nobody', ...context };
  return readOptions((key) => given[key], env);
}

describe('the options of the CDK app', () => {
  it('default to the folder `policy` of the caller, five minutes and two hours', () => {
    const { policyDir, interval, availableWithin, stackName } = options({}, { INIT_CWD: '/elsewhere' });
    expect(policyDir).toBe('/elsewhere/policy');
    expect(interval.toMinutes()).toBe(5);
    expect(availableWithin.toMinutes()).toBe(120);
    expect(stackName).toBe('VifAcceptor');
  });

  it('resolve a folder relative to the caller', () => {
    expect(options({ policyDir: 'mine' }, { INIT_CWD: '/elsewhere' }).policyDir).toBe('/elsewhere/mine');
    expect(relative('', options({ policyDir: 'examples' }).policyDir)).toBe('examples');
    expect(options({ policyDir: '/etc/policy' }, { INIT_CWD: '/elsewhere' }).policyDir).toBe('/etc/policy');
  });

  it.each(['2', '60', 15])('accept an interval of %s minutes', (given) => {
    expect(options({ intervalMinutes: given }).interval.toMinutes()).toBe(Number(given));
  });

  it.each(['1', '61', '2.5', 'often', '', '-5', null])('refuse an interval of `%s` minutes', (given) => {
    expect(() => options({ intervalMinutes: given })).toThrow(
      'context `intervalMinutes` must be a whole number from 2 to 60, got',
    );
  });

  it.each([
    { given: undefined, is: false },
    { given: 'true', is: true },
    { given: true, is: true },
    { given: 'false', is: false },
  ])('read `targetMetrics` $given as $is', ({ given, is }) => {
    expect(options({ targetMetrics: given }).targetMetrics).toBe(is);
  });

  it.each(['', 'yes', 1, null])('refuse `%s` for `targetMetrics`', (given) => {
    expect(() => options({ targetMetrics: given })).toThrow('context `targetMetrics` must be');
  });

  it.each(['', 7, null])('refuse the folder `%s`', (given) => {
    expect(() => options({ policyDir: given })).toThrow('context `policyDir` must be a folder');
  });

  it.each(['0', '10081', '1.5', 'soon'])('refuse `%s` minutes for `availableWithinMinutes`', (given) => {
    expect(() => options({ availableWithinMinutes: given })).toThrow(
      'context `availableWithinMinutes` must be a whole number from 1 to 10080, got',
    );
  });

  it.each(['noc@example.com', 'arn:aws:sns:eu-west-3:012345678901:noc', 'nobody'])('notify %s', (given) => {
    expect(options({ notify: given }).notify).toBe(given);
  });

  it.each([
    '',
    'noc',
    'none',
    'arn:aws:sqs:eu-west-3:012345678901:noc',
    'arn:aws:sns:eu-west-3:012345678901:noc.fifo',
    true,
  ])('refuse to notify `%s`', (given) => {
    expect(() => options({ notify: given })).toThrow('context `notify` must be an e-mail address');
  });

  it.each([
    [undefined, null],
    ['new', 'new'],
    ['arn:aws:sns:eu-west-3:012345678901:chat', 'arn:aws:sns:eu-west-3:012345678901:chat'],
  ])('take %s as the topic for chat', (given, chatTopic) => {
    expect(options({ chatTopic: given }).chatTopic).toBe(chatTopic);
  });

  it.each(['', 'slack', true, 'arn:aws:sns:eu-west-3:012345678901:chat.fifo'])(
    'refuse the topic for chat `%s`',
    (given) => {
      expect(() => options({ chatTopic: given })).toThrow('context `chatTopic` must be the ARN');
    },
  );

  it('require `notify`, at least as `nobody`', () => {
    expect(() => options({ notify: undefined })).toThrow(/`notify` is missing: .*`-c notify=nobody`/);
  });

  it.each(['1st', 'a_b', '', 7])('refuse a stack called `%s`', (given) => {
    expect(() => options({ stackName: given })).toThrow(
      'context `stackName` must be letters, digits and hyphens',
    );
  });

  it.each([
    [undefined, false],
    ['true', true],
    ['false', false],
    [true, true],
  ])('read the log of calls with %j: %s', (auditLog, expected) => {
    expect(options({ auditLog }).auditLog).toBe(expected);
  });

  it.each(['yes', 1, ''])('refuse `%s` for the log of calls', (auditLog) => {
    expect(() => options({ auditLog })).toThrow('context `auditLog` must be `true` or `false`');
  });

  it('report all errors at once', () => {
    const wrong = { notify: undefined, intervalMinutes: '1', stackName: '' };
    expect(() => options(wrong)).toThrow(/`notify`.*\n.*`intervalMinutes`.*\n.*`stackName`/);
  });
});
