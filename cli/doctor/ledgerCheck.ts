import { constants } from 'node:fs';
import { access, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../../adapters/errorCode.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import { type LedgerOptions, ledgerFor, ledgerPath } from '../ledgerOptions.ts';
import { bad, type Finding, guarded, ok, warn } from './doctorFinding.ts';

/** Whether the memory can be read, and written as far as one can tell without writing. */
export function checkLedger({ recipient }: Policy, options: LedgerOptions): Promise<readonly Finding[]> {
  return guarded('ledger', async () => {
    const path = ledgerPath(options);
    const { lastListing, damaged } = await ledgerFor(options).peek(recipientKey(recipient));
    const findings = Object.values(damaged).map((message) => bad('ledger', message));
    const last = lastListing === null ? 'no pass yet' : `last complete listing ${lastListing}`;
    if (path.startsWith('dynamodb:'))
      return [...findings, ok('ledger', `${path} can be read, ${last}`), UNTRIED];
    const obstacle = await obstacleTo(path);
    return [...findings, obstacle ?? ok('ledger', `${path} can be read and written, ${last}`)];
  });
}

const UNTRIED = warn(
  'right to write the ledger',
  'not tried; it needs `dynamodb:` `UpdateItem`, `BatchWriteItem`, `ConditionCheckItem`, `PutItem` and `DeleteItem`',
);

/** Types of file systems in which nobody can make a file, though root seems to have the right to: proc and sysfs. */
const OF_THE_KERNEL: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);

/** The file is replaced as a whole, so what must be writable is its folder, or the nearest one that there is. */
async function obstacleTo(path: string): Promise<Finding | null> {
  const folder = await nearestFolder(dirname(await realpath(path).catch(() => resolve(path))));
  try {
    if (OF_THE_KERNEL.has((await statfs(folder)).type))
      return bad(
        'ledger',
        `${path} cannot be written: ${folder} has no files of users; name a file in another folder`,
      );
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const message = `${path} cannot be written (${codeOf(error)}): give this user the right to write to ${folder}, or name another file by \`--ledger\``;
    return bad('ledger', message);
  }
}

async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}
