/** The endpoint override is not one that keys may be sent to. */
export class EndpointRefused extends Error {
  override readonly name = 'EndpointRefused';
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/**
 * Checks an endpoint override: https, or loopback for tests, and nothing but an origin.
 * @param setting where it was given, for the message
 */
export function checkedEndpoint(setting: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null)
    throw new EndpointRefused(`${setting} must be a URL such as \`https://host\`, got \`${text}\``);
  // The URL may hold a password: from here on it is not repeated.
  if (url.username !== '' || url.password !== '') {
    throw new EndpointRefused(`${setting} must not hold a user name or password`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname))) {
    throw new EndpointRefused(`${setting} must be https, or http on loopback, got \`${url.origin}\``);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new EndpointRefused(`${setting} must have no path, got \`${url.pathname}${url.search}\``);
  }
  return url.origin;
}
