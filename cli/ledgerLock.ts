import type { Holder } from '../adapters/ledgers/file/leaseHolder.ts';
import { load } from '../adapters/ledgers/file/ledgerFile.ts';
import { holderOf, targetIn } from '../adapters/ledgers/file/ledgerTarget.ts';
import { LONGEST_LEASE_MS } from '../adapters/ledgers/lease.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import { escapeText } from '../core/printableText.ts';
import { PassFailure } from '../run/portErrors.ts';
import { isTable, type LedgerOptions, ledgerPath } from './ledgerOptions.ts';
import { humanDuration } from './output/duration.ts';
import { LEASE_MS } from './runTarget.ts';

/** The lease of another run, as far as the ledger shows it. */
export interface Lock {
  /** when it is released at the latest */
  readonly until: string;
  /** when the other run took it */
  readonly since: string;
  /** the process of the other run and its machine, when it is known */
  readonly by: Pick<Holder, 'pid' | 'host'> | null;
}

/**
 * Why a run did nothing: another one has the lease on its target.
 * @returns `null`: it cannot be read here, or was released since
 */
export async function lockOn({ recipient }: Policy, options: LedgerOptions): Promise<Lock | null> {
  const path = ledgerPath(options);
  if (isTable(path)) return null;
  try {
    const { file } = await load(path);
    const target = targetIn(file, recipientKey(recipient));
    if (target.lease === null) return null;
    const { until } = target.lease;
    // Only this command line writes a file, and always for the same time.
    const since = new Date(Date.parse(until) - LEASE_MS).toISOString();
    return { until, since, by: holderOf(target) };
  } catch (error) {
    // It is for the words only: the run has its result already.
    if (error instanceof PassFailure) return null;
    throw error;
  }
}

/** Whether the other run still works cannot be known from here: it may have been killed. */
export function lockInWords(lock: Lock | null, now: Date): string {
  const by = lock?.by ?? null;
  const run = by === null ? 'another run' : `another run (process ${by.pid} of ${escapeText(by.host)})`;
  const other = `by ${run}, which is still working or was ended before it could release it`;
  if (lock === null)
    return `nothing was done: the ledger is locked ${other}; it is released within ${humanDuration(LONGEST_LEASE_MS / 1000)}`;
  const left = humanDuration(Math.max(0, Date.parse(lock.until) - now.getTime()) / 1000);
  return `nothing was done: the ledger is locked since ${lock.since} ${other}; it is released at ${lock.until} at the latest, in ${left}`;
}
