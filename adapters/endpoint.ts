import { quoteTrusted } from '../core/printableText.ts';

/** The endpoint is not one that signed requests may be sent to. */
export class EndpointRefused extends Error {
  override readonly name = 'EndpointRefused';
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Checks an endpoint override: https, or loopback for tests, and nothing but an origin.
 * @param setting where it was given, for the message
 */
export function validateEndpoint(setting: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // A password may stand in it, also where it is no URL.
  if (text.includes('@')) throw new EndpointRefused(`${setting} must not hold a user name or password`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new EndpointRefused(`${setting} must be a URL such as \`https://host\`, got ${quoteTrusted(text)}`);
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new EndpointRefused(`${setting} must be https, or http on loopback, got ${quoteTrusted(text)}`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new EndpointRefused(`${setting} must have no path, got ${quoteTrusted(text)}`);
  }
  return url.origin;
}

/** Whether a URL stays on this machine. */
export function isLoopback(text: string): boolean {
  return URL.canParse(text) && LOOPBACK.test(new URL(text).hostname);
}

/** A region becomes a part of host names, so it may hold nothing that ends one. */
export function validateRegion(region: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(region)) return region;
  throw new EndpointRefused(`region must be such as \`eu-west-2\`, got ${quoteTrusted(region)}`);
}
