/** `HTTPS_PROXY` is set to what is no proxy; the message names the setting, and never its value: a password may stand in it. */
export class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused';
}

/** The way out of a network that has no other. */
export interface WayOut {
  /** without user name and password */
  readonly url: string;
  /** hosts that are reached without it, as they were given */
  readonly except: string;
  /** for Node's agents */
  readonly env: { readonly https_proxy: string; readonly no_proxy: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What stays on this machine is never sent through a proxy. */
const LOOPBACK = ['localhost', '127.0.0.0-127.255.255.255', '::1'];

/**
 * The proxy that the environment names for https; as with other tools, lower case goes first.
 * @returns `null`: none
 * @throws ProxyRefused
 */
export function proxyOf(env: Environment): WayOut | null {
  const setting = env.https_proxy ? 'https_proxy' : 'HTTPS_PROXY';
  const text = env[setting];
  if (!text) return null;
  // Fail closed: what Node cannot use it passes over in silence, or repeats with its password.
  const url = isUsable(text) ? new URL(text) : null;
  if (url === null)
    throw new ProxyRefused(
      `${setting} must be a URL such as \`http://proxy.example:3128\`; mend or unset it`,
    );
  const except = env.no_proxy || env.NO_PROXY || '';
  const no_proxy = [...except.split(/[\s,]+/).flatMap(withSubdomains), ...LOOPBACK].join(',');
  return { url: url.origin, except, env: { https_proxy: text, no_proxy } };
}

/** Elsewhere `example.com` excepts what is below it too; Node wants that said. */
function withSubdomains(entry: string): string[] {
  if (entry === '') return [];
  // Addresses and their ranges have no letters, or colons too.
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(entry) && /[a-z]/i.test(entry);
  return isName ? [entry, `.${entry}`] : [entry];
}

function isUsable(text: string): boolean {
  // Node looks at the text before it looks at the URL.
  if (!/^https?:\/\//.test(text) || /\s/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(`${username}:${password}`);
    return true;
  } catch {
    return false;
  }
}
