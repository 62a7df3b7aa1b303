import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the ledger lives unless `--ledger` says otherwise: in the XDG state folder, one for each endpoint override. */
export function defaultLedger(env: Environment, endpoint: string | undefined): string {
  const state = env.XDG_STATE_HOME;
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  // What an emulator showed must not be remembered of the real recipient.
  const place = endpoint === undefined ? '' : `-${endpoint.replaceAll(/[^a-z0-9]+/gi, '-')}`;
  return join(base, 'vif-acceptor', `ledger${place}.json`);
}
