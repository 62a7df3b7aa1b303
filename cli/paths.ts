import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** A path as its caller meant it: npm runs scripts in the project's folder and tells the caller's as `INIT_CWD`. */
export function fromCaller(path: string, env: Environment): string {
  return isAbsolute(path) ? path : resolve(env.INIT_CWD ?? process.cwd(), path);
}

/** Where the ledger lives unless `--ledger` says otherwise: in the XDG state folder. */
export function defaultLedger(env: Environment): string {
  const state = env.XDG_STATE_HOME;
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'vif-acceptor', 'ledger.json');
}
