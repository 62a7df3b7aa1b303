import { describe, expect, it } from 'vitest';
import { EndpointRefused } from '../../adapters/endpoint.ts';
import {
  EventRefused,
  readEvent,
  readSettings,
  readWatcherSettings,
  SettingRefused,
} from '../../lambda/settings.ts';

const TABLE = { VIF_ACCEPTOR_TABLE: 'ledger' };

function refusal(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was refused');
}

describe('the settings', () => {
  it('have defaults for all but the table', () => {
    expect(readSettings(TABLE)).toEqual({
      policyDir: '/opt/policy',
      endpoints: { directConnect: null, gateways: null, identity: null },
      table: 'ledger',
      availableWithinMs: 7_200_000,
      targetMetrics: false,
    });
  });

  it.each(['yes', '1', 'TRUE'])('refuse `%s` for a flag', (value) => {
    const env = { ...TABLE, VIF_ACCEPTOR_TARGET_METRICS: value };
    expect(refusal(() => readSettings(env))).toBeInstanceOf(SettingRefused);
  });

  it('may name other endpoints, where an empty text means none', () => {
    const env = {
      ...TABLE,
      VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: '',
      VIF_ACCEPTOR_POLICY_DIR: '/srv/policy',
      VIF_ACCEPTOR_ENDPOINT: 'https://directlink.example.com/',
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: '',
    };
    expect(readSettings(env)).toMatchObject({
      policyDir: '/srv/policy',
      endpoints: { directConnect: 'https://directlink.example.com', gateways: null, identity: null },
      availableWithinMs: 7_200_000,
    });
  });

  it.each([
    ['http://127.0.0.1:4599', undefined, null],
    ['http://127.0.0.1:4599', 'https://sts.example.com', 'https://sts.example.com'],
  ])('with EC2 at %s and STS set to %s find STS at %s', (gateways, sts, identity) => {
    const env = {
      ...TABLE,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: gateways,
      VIF_ACCEPTOR_STS_ENDPOINT: sts,
    };
    expect(readSettings(env).endpoints).toEqual({ directConnect: null, gateways, identity });
  });

  it.each([undefined, ''])('without a table (%j) are refused with the way to set it', (table) => {
    const env = { VIF_ACCEPTOR_TABLE: table };
    const error = refusal(() => readSettings(env));
    expect(error).toBeInstanceOf(SettingRefused);
    expect(error.message).toBe(
      'setting VIF_ACCEPTOR_TABLE is missing: it must be the name of the DynamoDB table of the ledger; deploy with the CDK app, which sets it',
    );
  });

  it.each([
    ['1', 60_000],
    ['240', 14_400_000],
    ['0', null],
    ['-5', null],
    ['1.5', null],
    ['2h', null],
    [' ', null],
  ])('give an accepted interface %j minutes to become available: %s', (minutes, ms) => {
    const env = {
      ...TABLE,
      VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: minutes,
    };
    if (ms !== null) return expect(readSettings(env).availableWithinMs).toBe(ms);
    expect(refusal(() => readSettings(env)).message).toBe(
      `setting VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES must be a whole number of minutes, got \`${minutes}\``,
    );
  });

  it.each(['VIF_ACCEPTOR_ENDPOINT', 'VIF_ACCEPTOR_GATEWAY_ENDPOINT', 'VIF_ACCEPTOR_STS_ENDPOINT'])(
    'with an endpoint in %s to which keys must not be sent are refused by its name',
    (setting) => {
      for (const url of ['http://example.com', 'example.com', 'https://user:hunter2@example.com', ' ']) {
        const error = refusal(() => readSettings({ ...TABLE, [setting]: url }));
        expect(error).toBeInstanceOf(EndpointRefused);
        expect(error.message).toContain(`${setting} must`);
        expect(error.message).not.toContain('hunter2');
      }
    },
  );
});

describe('the event of an invocation', () => {
  it('names a target, and may contain other members', () => {
    expect(readEvent({ target: 'hub', id: '1' })).toBe('hub');
  });

  it.each([
    null,
    undefined,
    'acme',
    5,
    [],
    {},
    { target: '' },
    { target: null },
    { target: ['acme'] },
    { Target: 'acme' },
  ])('that is %j is refused with the form that it must have', (event) => {
    const error = refusal(() => readEvent(event));
    expect(error).toBeInstanceOf(EventRefused);
    expect(error.message).toBe('event must be `{"target": "NAME"}`, with the name of a policy file');
  });
});

describe('the settings of the watcher', () => {
  const ALL = { ...TABLE, VIF_ACCEPTOR_DEPLOYMENT: 'VifAcceptor', VIF_ACCEPTOR_INTERVAL_MINUTES: '5' };

  it('are the deployment, the interval of runs, the table and the folder of policies', () => {
    expect(readWatcherSettings(ALL)).toEqual({
      policyDir: '/opt/policy',
      table: 'ledger',
      deployment: 'VifAcceptor',
      intervalMinutes: 5,
    });
  });

  it.each(Object.keys(ALL))('are refused without %s, which the message names', (name) => {
    const error = refusal(() => readWatcherSettings({ ...ALL, [name]: '' }));
    expect(error).toBeInstanceOf(SettingRefused);
    expect(error.message).toContain(`setting ${name} is missing`);
  });

  it('are refused with an interval that is not a number of minutes', () => {
    const error = refusal(() => readWatcherSettings({ ...ALL, VIF_ACCEPTOR_INTERVAL_MINUTES: '5m' }));
    expect(error).toBeInstanceOf(SettingRefused);
  });
});
