import { existsSync, globSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UsageError } from './exit.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A path as its caller meant it: npm runs scripts in the project's folder and tells the caller's as `INIT_CWD`. */
export function fromCaller(path: string, env: Environment): string {
  return isAbsolute(path) ? path : resolve(env.INIT_CWD ?? process.cwd(), path);
}

/** Policy files that were named, or those of policy/ when none was. @throws UsageError when there is none */
export function policyFiles(named: readonly string[], env: Environment): string[] {
  if (named.length > 0) return named.map((path) => fromCaller(path, env));
  const found = globSync('policy/*.y{a,}ml', { cwd: fromCaller('.', env) }).sort();
  if (found.length === 0) {
    throw new UsageError(
      'no policy in `policy/*.yaml`: name one by `--policy FILE`, or begin one by `policy init --provider outscale --region REGION`',
    );
  }
  return found.map((path) => fromCaller(path, env));
}

/** Where ledgers live unless `--ledger` says otherwise: the XDG state folder. */
export function defaultLedger(env: Environment): string {
  const state = env.XDG_STATE_HOME;
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'vif-acceptor', 'ledger.json');
}

export function exists(path: string): boolean {
  return existsSync(path);
}
