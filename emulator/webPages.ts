import { isIP } from 'node:net';
import { jsonResponse, type Request, type Response } from './wire.ts';

/**
 * The answer to a control request that a web page may have sent; `null` to any other. A browser sends requests of every page that is open
 * to this machine too, and control requests need no signature. There are two ways for a page:
 * - A request across origins, by a form or a script. The browser names the page in `Origin`.
 * - DNS rebinding: the name of the page changes its address to that of the emulator. To the browser the origin is then the same, and
 *   only the name of the page, in `Host`, is left to distinguish it.
 * @param listensOn the address that the emulator listens on
 */
export function refuseWebPage({ headers }: Request, listensOn: string): Response | null {
  const { origin, host = '' } = headers;
  const url = parse(`http://${host}`);
  const isOwnName = url !== null && cannotBelongToOthers(url.hostname, listensOn);
  if (origin !== undefined && !(isOwnName && parse(origin)?.origin === url.origin)) {
    return refuse(
      `\`Origin\` is \`${shorten(origin)}\`: a web page of another origin must not control the emulator; ` +
        'send the request from a program, without `Origin`',
    );
  }
  // On other addresses the names of machines and containers are not known, and the owner of the emulator was warned.
  if (isOwnName || host === '' || !isLoopback(listensOn)) return null;
  return refuse(
    `\`Host\` is \`${shorten(host)}\`, a name that a web page can have; send the request to ${listensOn} or localhost`,
  );
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The domains that have no owner: those of names on one machine or in one network. */
const PRIVATE_DOMAIN = /\.(?:internal|local|localhost|test)$/;

/** Whether a name in `Host` is surely not the name of a web page: it is an address, a name without a domain, or that of `--host`. */
function cannotBelongToOthers(hostname: string, listensOn: string): boolean {
  const name = hostname.replace(/^\[|\]$|\.$/g, '');
  return isIP(name) > 0 || !name.includes('.') || PRIVATE_DOMAIN.test(name) || name === listensOn;
}

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function refuse(message: string): Response {
  return jsonResponse(403, { message });
}
