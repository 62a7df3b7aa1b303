import { describe, expect, it } from 'vitest';
import { EndpointRefused } from '../../adapters/endpoint.ts';
import { EventRefused, readEvent, readSettings, SettingRefused } from '../../lambda/settings.ts';

const RECIPIENTS = '{"acme":"outscale/eu-west-2/012345678901","hub":"aws/eu-west-3/012345678901"}';
const TABLE = { VIF_ACCEPTOR_TABLE: 'ledger' };
const FORM = 'must be JSON such as `{"acme": "outscale/eu-west-2/012345678901"}`';

function refusal(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was refused');
}

describe('the settings', () => {
  it('name the targets, and have defaults for the rest', () => {
    expect(readSettings({ ...TABLE, VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS })).toEqual({
      recipients: new Map([
        ['acme', { provider: 'outscale', region: 'eu-west-2', account: '012345678901' }],
        ['hub', { provider: 'aws', region: 'eu-west-3', account: '012345678901' }],
      ]),
      policyDir: '/opt/policy',
      endpoints: { directConnect: null, gateways: null, identity: null },
      table: 'ledger',
      availableWithinMs: 7_200_000,
    });
  });

  it('may name other endpoints, where an empty text means none', () => {
    const env = {
      ...TABLE,
      VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS,
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
      VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS,
      VIF_ACCEPTOR_GATEWAY_ENDPOINT: gateways,
      VIF_ACCEPTOR_STS_ENDPOINT: sts,
    };
    expect(readSettings(env).endpoints).toEqual({ directConnect: null, gateways, identity });
  });

  it.each([undefined, ''])('without a table (%j) are refused with the way to set it', (table) => {
    const env = { VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS, VIF_ACCEPTOR_TABLE: table };
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
      VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS,
      VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES: minutes,
    };
    if (ms !== null) return expect(readSettings(env).availableWithinMs).toBe(ms);
    expect(refusal(() => readSettings(env)).message).toBe(
      `setting VIF_ACCEPTOR_AVAILABLE_WITHIN_MINUTES must be a whole number of minutes, got \`${minutes}\``,
    );
  });

  it.each([undefined, ''])('without recipients (%j) are refused with the way to set them', (text) => {
    const error = refusal(() => readSettings({ ...TABLE, VIF_ACCEPTOR_RECIPIENTS: text }));
    expect(error).toBeInstanceOf(SettingRefused);
    expect(error.message).toBe(
      `setting VIF_ACCEPTOR_RECIPIENTS is missing: it ${FORM}; deploy with the CDK app, which sets it`,
    );
  });

  it.each([
    ['acme', 'got text that is not JSON'],
    ['{"acme":', 'got text that is not JSON'],
    ['null', 'got no target'],
    ['{}', 'got no target'],
    ['[]', 'got no target'],
    ['["outscale/eu-west-2/012345678901"]', 'got no target'],
    ['"outscale/eu-west-2/012345678901"', 'got no target'],
    ['{"Acme":"outscale/eu-west-2/012345678901"}', 'got another form for `Acme`'],
    ['{"../x":"outscale/eu-west-2/012345678901"}', 'got another form for `../x`'],
    ['{"":"outscale/eu-west-2/012345678901"}', 'got another form for ``'],
    ['{"acme":"azure/eu-west-2/012345678901"}', 'got another form for `acme`'],
    ['{"acme":"outscale//012345678901"}', 'got another form for `acme`'],
    ['{"acme":"outscale/eu-west-2/1234"}', 'got another form for `acme`'],
    ['{"acme":"outscale/eu-west-2/012345678901/x"}', 'got another form for `acme`'],
    ['{"acme":"outscale/eu-west-2"}', 'got another form for `acme`'],
    ['{"acme":12345678901}', 'got another form for `acme`'],
    ['{"acme":null}', 'got another form for `acme`'],
    ['{"hub":"aws/eu-west-3/012345678901","acme":""}', 'got another form for `acme`'],
  ])('with recipients %s are refused', (text, got) => {
    const error = refusal(() => readSettings({ ...TABLE, VIF_ACCEPTOR_RECIPIENTS: text }));
    expect(error).toBeInstanceOf(SettingRefused);
    expect(error.message).toBe(`setting VIF_ACCEPTOR_RECIPIENTS ${FORM}, ${got}`);
  });

  it.each(['VIF_ACCEPTOR_ENDPOINT', 'VIF_ACCEPTOR_GATEWAY_ENDPOINT', 'VIF_ACCEPTOR_STS_ENDPOINT'])(
    'with an endpoint in %s to which keys must not be sent are refused by its name',
    (setting) => {
      for (const url of ['http://example.com', 'example.com', 'https://user:hunter2@example.com', ' ']) {
        const error = refusal(() =>
          readSettings({ ...TABLE, VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS, [setting]: url }),
        );
        expect(error).toBeInstanceOf(EndpointRefused);
        expect(error.message).toContain(`${setting} must`);
        expect(error.message).not.toContain('hunter2');
      }
    },
  );
});

describe('the event of an invocation', () => {
  const { recipients } = readSettings({ ...TABLE, VIF_ACCEPTOR_RECIPIENTS: RECIPIENTS });

  it('names one of the targets, whatever else it contains', () => {
    expect(readEvent({ target: 'hub', id: '1' }, recipients)).toEqual({
      target: 'hub',
      recipient: { provider: 'aws', region: 'eu-west-3', account: '012345678901' },
    });
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
    const error = refusal(() => readEvent(event, recipients));
    expect(error).toBeInstanceOf(EventRefused);
    expect(error.message).toBe('event must be `{"target": "NAME"}`, with the name of a policy file');
  });

  it.each([
    ['lab', '`lab`'],
    ['ACME', '`ACME`'],
    ['toString', '`toString`'],
    ['../acme', '`../acme`'],
    ['\u001b[31macme', '`\\u{1b}[31macme`'],
  ])('with the unknown target %j is refused with the known targets', (target, quoted) => {
    const error = refusal(() => readEvent({ target }, recipients));
    expect(error).toBeInstanceOf(EventRefused);
    expect(error.message).toBe(
      `unknown target ${quoted}: this function has \`acme\` and \`hub\`; deploy its policy first`,
    );
  });
});
