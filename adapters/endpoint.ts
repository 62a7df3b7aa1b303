import { quoteTrusted } from '../core/printableText.ts';

/** Signed requests must not be sent to this endpoint. */
export class EndpointRefused extends Error {
  override readonly name = 'EndpointRefused';
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Validates an endpoint override: an origin with https, or with http on loopback for tests.
 * @param setting the setting that it comes from, for the message
 */
export function validateEndpoint(setting: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // The text may contain a password even if it is not a URL, so it is not quoted.
  if (text.includes('@')) throw new EndpointRefused(`${setting} must not contain a user name or password`);
  // A query may contain a token, so it is not quoted either.
  if (/[?#]/.test(text))
    throw new EndpointRefused(
      `${setting} must have no query and no fragment: remove what follows \`?\` or \`#\``,
    );
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new EndpointRefused(`${setting} must be a URL such as \`https://host\`, got ${quoteTrusted(text)}`);
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new EndpointRefused(`${setting} must be https, or http on loopback, got ${quoteTrusted(text)}`);
  }
  // The endpoint becomes part of shell commands for people.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(url.hostname)) {
    throw new EndpointRefused(
      `${setting} must have a host name of letters, digits, dots and hyphens, got ${quoteTrusted(text)}`,
    );
  }
  if (url.pathname !== '/') {
    throw new EndpointRefused(`${setting} must have no path, got ${quoteTrusted(text)}`);
  }
  return url.origin;
}

/** Whether a URL points to this machine. */
export function isLoopback(text: string): boolean {
  return URL.canParse(text) && LOOPBACK.test(new URL(text).hostname);
}

/** Validates a region. It becomes part of host names, so it must not contain a character that ends one. */
export function validateRegion(region: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(region)) return region;
  throw new EndpointRefused(`region must be such as \`eu-west-2\`, got ${quoteTrusted(region)}`);
}
