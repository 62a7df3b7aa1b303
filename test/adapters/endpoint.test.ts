import { describe, expect, it } from 'vitest';
import { connect } from '../../adapters/connectApis.ts';
import { EndpointRefused, validateEndpoint } from '../../adapters/endpoint.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';

function refusal(text: string): string {
  try {
    return `accepted as ${validateEndpoint('--endpoint', text)}`;
  } catch (error) {
    return error instanceof EndpointRefused ? error.message : `unexpected ${error}`;
  }
}

describe('an endpoint override', () => {
  it.each([
    ['https://directlink.eu-west-2.outscale.com', 'https://directlink.eu-west-2.outscale.com'],
    ['https://example.com:8443/', 'https://example.com:8443'],
    ['HTTPS://EXAMPLE.COM', 'https://example.com'],
    ['http://localhost:4566', 'http://localhost:4566'],
    ['http://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://127.8.9.10:1', 'http://127.8.9.10:1'],
    ['http://127.1:1', 'http://127.0.0.1:1'],
    ['http://[::1]:4566', 'http://[::1]:4566'],
  ])('%s is taken as %s', (text, origin) => {
    expect(validateEndpoint('--endpoint', text)).toBe(origin);
  });

  it.each([
    'http://example.com',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://169.254.169.254',
    'http://localhost.example.com',
    'http://localhost.',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1.nip.io:4566',
    'http://[::2]',
    'http://[::ffff:10.0.0.1]',
  ])('%s is refused, because it is not loopback', (text) => {
    expect(refusal(text)).toBe(`--endpoint must be https, or http on loopback, got \`${text}\``);
  });

  it.each([
    '',
    'example.com',
    'localhost:4566',
    '//example.com',
    'ftp://example.com',
    'file:///x',
    'http://',
  ])('%j is refused, because it is not an https URL', (text) => {
    expect(refusal(text)).toBe(`--endpoint must be a URL such as \`https://host\`, got \`${text}\``);
  });

  it.each(['https://a$(id).example', 'https://h;id', 'https://a&b', "https://a'b"])(
    '%s is refused, because it could not be part of a shell command',
    (text) => {
      expect(refusal(text)).toBe(
        `--endpoint must have a host name of letters, digits, dots and hyphens, got \`${text}\``,
      );
    },
  );

  it('is refused for its path', () => {
    expect(refusal('https://example.com/api')).toBe(
      '--endpoint must have no path, got `https://example.com/api`',
    );
  });

  it.each([
    'https://example.com/?token=hunter2',
    'https://example.com?token=hunter2',
    'https://example.com/#hunter2',
    'https://example.com/api?token=hunter2#x',
    'http://example.com?hunter2',
    'http://example.com#hunter2',
    'http://127.0.0.1:4566?hunter2',
    'example.com?token=hunter2',
    'https://exa mple.com?token=hunter2',
    'ftp://example.com#hunter2',
    'https://example.com\\?hunter2',
  ])('with a query or a fragment is refused, and neither is printed (%#)', (text) => {
    expect(refusal(text)).toBe(
      '--endpoint must have no query and no fragment: remove what follows `?` or `#`',
    );
  });

  it.each([
    'https://user:hunter2@example.com',
    'http://127.0.0.1:hunter2@example.com',
    'https://user:hunter2@exa mple.com',
    'user:hunter2@example.com',
    'ftp://user:hunter2@example.com',
  ])('with a password is refused and not printed (%#)', (text) => {
    expect(refusal(text)).toBe('--endpoint must not contain a user name or password');
  });

  it('is made safe to print', () => {
    expect(refusal('http://exa\u001b[31mmple')).not.toContain('\u001b');
  });
});

describe('a region', () => {
  it.each(['eu-west-2 ', 'x@example.com/', 'example.com/?', 'eu_west', 'EU-WEST-2', '', '-x', 'a.b'])(
    '%j is refused, because it becomes part of host names',
    (region) => {
      const keys = { accessKeyId: 'AK', secretAccessKey: 'SK' };
      const endpoints = { directConnect: null, gateways: null, identity: null };
      expect(() => connect({ provider: 'aws', region }, keys, endpoints, 1000, new Set())).toThrow(
        EndpointRefused,
      );
    },
  );

  it.each([
    [
      'outscale',
      'eu-west-2',
      'https://directlink.eu-west-2.outscale.com',
      'https://fcu.eu-west-2.outscale.com',
    ],
    [
      'outscale',
      'cloudgouv-eu-west-1',
      'https://directlink.cloudgouv-eu-west-1.outscale.com',
      'https://fcu.cloudgouv-eu-west-1.outscale.com',
    ],
    [
      'aws',
      'eu-west-3',
      'https://directconnect.eu-west-3.amazonaws.com',
      'https://ec2.eu-west-3.amazonaws.com',
    ],
    [
      'aws',
      'cn-north-1',
      'https://directconnect.cn-north-1.amazonaws.com.cn',
      'https://ec2.cn-north-1.amazonaws.com.cn',
    ],
  ] as const)('of %s, %s, leads to %s and %s', (provider, region, directConnect, gateways) => {
    expect(PROVIDER_TRAITS[provider].directConnectEndpoint(region)).toBe(directConnect);
    expect(PROVIDER_TRAITS[provider].gatewayEndpoint(region)).toBe(gateways);
  });
});
