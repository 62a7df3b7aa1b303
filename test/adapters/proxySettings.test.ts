import { describe, expect, it } from 'vitest';
import { ProxyRefused, readProxySettings } from '../../adapters/awsProtocol/clientHttp.ts';

describe('the proxy of the environment', () => {
  it.each([
    ['none', {}, null],
    ['an empty one', { HTTPS_PROXY: '' }, null],
    ['that of HTTPS_PROXY', { HTTPS_PROXY: 'http://one:3128' }, 'http://one:3128'],
    ['that of https_proxy first', { HTTPS_PROXY: 'http://one', https_proxy: 'http://two' }, 'http://two'],
    ['that of http only', { HTTP_PROXY: 'http://one', http_proxy: 'http://one' }, null],
    ['one behind TLS', { HTTPS_PROXY: 'https://one:8443/' }, 'https://one:8443'],
  ])('is %s', (_, env, url) => {
    expect(readProxySettings(env)?.url ?? null).toBe(url);
  });

  it('is printed without its password', () => {
    const proxy = readProxySettings({ HTTPS_PROXY: 'http://user:planted@one:3128', NO_PROXY: '.intern' });
    expect(proxy).toMatchObject({ url: 'http://one:3128', exceptions: '.intern' });
  });

  it('is never used for this machine, whatever the other exceptions are', () => {
    const exceptions = (env: Record<string, string>) =>
      readProxySettings({ HTTPS_PROXY: 'http://one', ...env })?.env.no_proxy;
    expect(exceptions({})).toBe('localhost,127.0.0.0-127.255.255.255,::1');
    expect(exceptions({ NO_PROXY: '.one', no_proxy: '.two' })).toMatch(/^\.two,localhost,/);
  });

  it.each([
    ['a domain, and what is below it', 'outscale.com', 'outscale.com,.outscale.com'],
    ['what is below a domain alone', '.outscale.com, *.intern', '.outscale.com,*.intern'],
    ['several, with commas or without', 'a.example b.example', 'a.example,.a.example,b.example,.b.example'],
    ['addresses', '10.0.0.5,10.0.0.0-10.0.0.9,::2', '10.0.0.5,10.0.0.0-10.0.0.9,::2'],
    ['a port', 'a.example:8443', 'a.example:8443'],
    ['everything', '*', '*'],
    ['nothing', ' , ', ''],
  ])('is not used for the exceptions of NO_PROXY: %s', (_, NO_PROXY, except) => {
    const env = readProxySettings({ HTTPS_PROXY: 'http://one', NO_PROXY })?.env;
    const loopback = 'localhost,127.0.0.0-127.255.255.255,::1';
    expect(env?.no_proxy).toBe(except === '' ? loopback : `${except},${loopback}`);
  });

  it.each([
    'proxy:3128',
    'socks5://user:planted@proxy:1080',
    'http://user:planted@ho st:3128',
    'http://user:planted@proxy:3128\r\nx: y',
    'http://user:plan%ted@proxy:3128',
    ' http://user:planted@proxy',
    'planted',
  ])('is refused when it is not a proxy URL (%#), and no part of it is printed', (text) => {
    const refused = () => readProxySettings({ HTTPS_PROXY: text });
    expect(refused).toThrow(ProxyRefused);
    expect(refused).toThrow(
      /^HTTPS_PROXY must be a URL such as `http:\/\/proxy\.example:3128`; correct or unset it$/,
    );
  });
});
