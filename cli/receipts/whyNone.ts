import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { listSome } from '../../lambda/core/text.ts';
import { isTable, type LedgerOptions, ledgerPath } from '../ledger.ts';
import { defaultLedger } from '../paths.ts';

/** What to know when a ledger has no receipt: which one it is, and which others there are. */
export async function whyNone(options: LedgerOptions): Promise<string> {
  const path = ledgerPath(options);
  if (isTable(path))
    return `${path} has no receipt of these targets; name another table or file by \`--ledger\``;
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  const what = exists ? `${path} has no receipt of these targets` : `there is no ledger ${path}`;
  const others = await othersBeside(path);
  return others.length === 0
    ? `${what}; name another file, or \`dynamodb:TABLE\`, by \`--ledger\``
    : `${what}; other ledgers exist: ${listSome(others, 10)}; name one by \`--ledger\`, or give the \`--endpoint\` of its runs`;
}

/** Ledgers of other endpoints, in the folder of the default one. */
async function othersBeside(path: string): Promise<string[]> {
  const folder = dirname(defaultLedger(process.env, undefined));
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^ledger(-[\w-]*)?\.json$/.test(name))
    .filter((name) => dirname(path) !== folder || name !== basename(path))
    .sort()
    .map((name) => join(folder, name));
}
