import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AwsService,
  type ConfiguredEndpoints,
  chooseEndpoints,
  configuredEndpoint,
  readConfiguredEndpoints,
} from '../../adapters/awsProtocol/configuredEndpoints.ts';
import { EndpointRefused } from '../../adapters/endpoint.ts';
import { rejectionOf } from '../support/apiClients.ts';

const VARIABLES: readonly (readonly [string, AwsService])[] = [
  ['AWS_ENDPOINT_URL_DIRECT_CONNECT', 'directConnect'],
  ['AWS_ENDPOINT_URL_EC2', 'ec2'],
  ['AWS_ENDPOINT_URL_STS', 'sts'],
  ['AWS_ENDPOINT_URL_CLOUDTRAIL', 'cloudTrail'],
  ['AWS_ENDPOINT_URL_DYNAMODB', 'dynamo'],
  ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'secrets'],
  ['AWS_ENDPOINT_URL_EVENTBRIDGE', 'events'],
];

beforeEach(() => {
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** The endpoints that the environment names. */
async function named(): Promise<Record<string, unknown>> {
  const found = Object.entries(await readConfiguredEndpoints(process.env, { auditLog: true }));
  return Object.fromEntries(found.filter(([, endpoint]) => endpoint !== null));
}

describe('an endpoint of the AWS configuration:', () => {
  it.each(VARIABLES)('%s is the endpoint of %s alone', async (variable, service) => {
    vi.stubEnv(variable, 'https://one.example');
    expect(await named()).toEqual({ [service]: { url: 'https://one.example', source: variable } });
  });

  it('AWS_ENDPOINT_URL is the endpoint of every service that has none of its own', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'https://all.example');
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'https://sts.example');
    const all = { url: 'https://all.example', source: 'AWS_ENDPOINT_URL' };
    expect(await named()).toEqual({
      directConnect: all,
      ec2: all,
      sts: { url: 'https://sts.example', source: 'AWS_ENDPOINT_URL_STS' },
      cloudTrail: all,
      dynamo: all,
      secrets: all,
      events: all,
    });
  });

  it('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS turns off all of them', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'https://all.example');
    vi.stubEnv('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'true');
    expect(await named()).toEqual({});
  });

  it.each([
    ...VARIABLES,
    ...VARIABLES.map(([, service]): [string, AwsService] => ['AWS_ENDPOINT_URL', service]),
  ])(
    '%s is refused by name when signed requests to %s would leave this machine unencrypted',
    async (variable, service) => {
      vi.stubEnv(variable, 'http://all.example');
      const aws = await readConfiguredEndpoints(process.env, { auditLog: true });
      const failure = await rejectionOf((async () => configuredEndpoint(aws, service))());
      expect(failure).toBeInstanceOf(EndpointRefused);
      expect(String(failure)).toContain(`${variable} must be https`);
    },
  );
});

it('the endpoint of CloudTrail is not read where it is not called', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'https://all.example');
  expect((await readConfiguredEndpoints(process.env)).cloudTrail).toBeNull();
});

describe('the endpoints of the APIs of a recipient', () => {
  const NONE: ConfiguredEndpoints = {
    directConnect: null,
    ec2: null,
    sts: null,
    cloudTrail: null,
    dynamo: null,
    secrets: null,
    events: null,
  };
  const at = (url: string) => ({ url, source: 'AWS_ENDPOINT_URL' });
  const AWS = { provider: 'aws', region: 'eu-west-3' } as const;
  const OWN_STS = 'https://sts.eu-west-3.amazonaws.com';
  const EMULATOR = 'http://127.0.0.1:4599';
  const nothing = { directConnect: null, gateways: null, identity: null, auditLog: null };

  it('on AWS are those of the AWS configuration, each for its own service', () => {
    const aws = { ...NONE, ec2: at('https://ec2.example') };
    expect(chooseEndpoints(AWS, nothing, aws)).toEqual({
      directConnect: null,
      gateways: 'https://ec2.example',
      identity: OWN_STS,
      auditLog: null,
    });
    const sts = { ...NONE, sts: at('https://sts.example') };
    expect(chooseEndpoints(AWS, nothing, sts)).toMatchObject({
      gateways: null,
      identity: 'https://sts.example',
    });
  });

  it('on AWS are those of the command line, whatever the configuration says', () => {
    const aws = { ...NONE, directConnect: at('https://a.example'), ec2: at('https://b.example') };
    const given = { directConnect: 'https://c.example', gateways: 'https://d.example', identity: null };
    expect(chooseEndpoints(AWS, given, aws)).toEqual({
      ...given,
      identity: OWN_STS,
      auditLog: null,
    });
    expect(chooseEndpoints(AWS, { ...given, identity: 'https://e.example' }, aws)).toMatchObject({
      identity: 'https://e.example',
    });
    const emulator = { directConnect: EMULATOR, gateways: null, identity: null };
    expect(chooseEndpoints(AWS, emulator, aws)).toMatchObject({ gateways: EMULATOR, identity: EMULATOR });
  });

  it('on AWS are all on this machine when the configuration names an emulator', () => {
    const aws = { ...NONE, directConnect: at(EMULATOR) };
    expect(chooseEndpoints(AWS, nothing, aws)).toEqual({
      directConnect: EMULATOR,
      gateways: EMULATOR,
      identity: EMULATOR,
      auditLog: EMULATOR,
    });
  });

  it('on AWS are refused where the configured one must not be used, and not where the command line names one', () => {
    const aws = { ...NONE, ec2: new EndpointRefused('AWS_ENDPOINT_URL_EC2 must be https') };
    expect(() => chooseEndpoints(AWS, nothing, aws)).toThrow(EndpointRefused);
    const given = { directConnect: null, gateways: 'https://d.example', identity: null };
    expect(chooseEndpoints(AWS, given, aws)).toMatchObject({ gateways: given.gateways });
  });

  it('on OUTSCALE are never those of an AWS setting', () => {
    const aws = { ...NONE, directConnect: at(EMULATOR), ec2: at(EMULATOR), sts: at(EMULATOR) };
    expect(chooseEndpoints({ provider: 'outscale', region: 'eu-west-2' }, nothing, aws)).toEqual(nothing);
  });
});
