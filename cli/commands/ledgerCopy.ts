import { systemClock } from '../../adapters/connectApis.ts';
import { copyTarget } from '../../adapters/ledgers/dynamo/copyTarget.ts';
import { recipientKey } from '../../core/policy.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import { type LedgerOptions, openLedgerTable } from '../ledgerOptions.ts';
import { loadPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode, UsageError } from '../options.ts';
import { paintFor } from '../output/terminal.ts';

export interface LedgerCopyOptions extends LedgerOptions {
  readonly policy: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** `ledger copy`: copies the ledger of targets from the table of one deployment to that of another. */
export async function ledgerCopy(options: LedgerCopyOptions): Promise<ExitCode> {
  const policies = loadPolicies(options.policy);
  const [from, to] = [
    openLedgerTable('--from', options.from, options),
    openLedgerTable('--to', options.to, options),
  ];
  if (from.name === to.name) throw new UsageError('--from and --to name the same table; name two');
  const paint = paintFor(process.stderr);
  let failed = 0;
  for (const { policy } of policies)
    try {
      const { items, records, receipts, listedAt } = await copyTarget(
        from,
        to,
        recipientKey(policy.recipient),
        systemClock,
      );
      process.stdout.write(
        `${policy.target}: copied ${items} items and ${records} records (${receipts} receipts); last complete listing ${listedAt}\n`,
      );
    } catch (error) {
      if (!(error instanceof LedgerFailure)) throw error;
      failed += 1;
      process.stderr.write(`${paint.bad(`${policy.target}: not copied: ${error.message}`)}\n`);
    }
  return failed === 0 ? EXIT.done : EXIT.failed;
}
