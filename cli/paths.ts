import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where checks keep what they reported: beside a ledger file, and for a function's table in the XDG state folder. */
export function checkStatePath(env: Environment, ledger: string, table: string | null): string {
  if (table !== null) return join(stateFolder(env), `dynamodb-${table}.checks.json`);
  return ledger.replace(/(\.json)?$/, '.checks.json');
}

/** Where the ledger lives unless `--ledger` says otherwise: in the XDG state folder, one for each endpoint override. */
export function defaultLedger(env: Environment, endpoint: string | undefined): string {
  const folder = stateFolder(env);
  if (endpoint === undefined) return join(folder, 'ledger.json');
  // What an emulator showed must not be remembered of the real recipient.
  const pathOf = (url: string): string => join(folder, `ledger-${url.replaceAll(/[^a-z0-9]+/gi, '-')}.json`);
  const origin = URL.canParse(endpoint) ? new URL(endpoint).origin : endpoint;
  // Release 0.1.0 made one of the text as it was given: `URL` and `URL/` are one endpoint, and had a ledger each.
  const earlier = [endpoint, origin, `${origin}/`].map(pathOf);
  return earlier.find((path) => existsSync(path)) ?? pathOf(origin);
}

function stateFolder(env: Environment): string {
  const state = env.XDG_STATE_HOME;
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'vif-acceptor');
}
