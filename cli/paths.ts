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
  // What an emulator showed must not be remembered of the real recipient.
  const place = endpoint === undefined ? '' : `-${endpoint.replaceAll(/[^a-z0-9]+/gi, '-')}`;
  return join(stateFolder(env), `ledger${place}.json`);
}

function stateFolder(env: Environment): string {
  const state = env.XDG_STATE_HOME;
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'vif-acceptor');
}
