import { dirname, join } from 'node:path';
import { digestOf } from '../../../core/json.ts';
import { LedgerFailure } from '../../../run/portErrors.ts';
import { makeFolder } from '../../makeFolder.ts';
import { textOf, writing } from './ledgerFile.ts';
import { replaceFile } from './replaceFile.ts';

/** Writes the compiled text of a policy beside the ledger, once. @throws LedgerFailure */
export async function keepPolicy(ledger: string, digest: string, text: string): Promise<void> {
  const path = pathOf(ledger, digest);
  if ((await textOf(path)) === text) return;
  await writing(path, async () => {
    await makeFolder(dirname(path), 0o700);
    // No other text has this digest, so whoever else writes it writes the same.
    await replaceFile(path, text, () => undefined);
  });
}

/** @returns `null` when there is none of that digest. @throws LedgerFailure */
export async function readPolicy(ledger: string, digest: string): Promise<string | null> {
  const path = pathOf(ledger, digest);
  const text = await textOf(path);
  if (text !== null && digestOf(text) !== digest)
    throw new LedgerFailure(`policy ${path} is damaged: it is not of that digest; restore it`);
  return text;
}

/** Of `ledger.json`: `ledger.policies/HEX.json`. */
function pathOf(ledger: string, digest: string): string {
  return join(ledger.replace(/(\.json)?$/, '.policies'), `${digest.replace(/^sha256:/, '')}.json`);
}
