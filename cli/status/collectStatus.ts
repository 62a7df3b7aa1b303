import { type Connected, systemClock } from '../../adapters/connect.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import type { Failure, PassReport } from '../../core/runReport.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { PassFailure } from '../../run/portErrors.ts';
import type { Ledger, Ports, Records } from '../../run/ports.ts';
import type { Progress } from '../output/progress.ts';
import { onePass, type PassOptions } from '../runTarget.ts';

/** What there is to know of one target, put together from everywhere. */
export interface Facts {
  readonly policy: Policy;
  /** a plan */
  readonly report: PassReport;
  /** as the plan found it; `null`: it cannot be read */
  readonly state: LedgerState | null;
  /** from `since` on */
  readonly records: Records;
  readonly since: string;
  /** why the records are not to be had; `null`: they are */
  readonly recordsFailure: Failure | null;
  /** `null` when there was no complete listing */
  readonly interfaces: readonly VirtualInterface[] | null;
}

/** How far back what was accepted and what ended is recent, in milliseconds. */
const RECENT_MS = 30 * 24 * 60 * 60 * 1000;

/** Makes a plan of one target and reads its ledger. Writes nothing, and fails of nothing that a pass reports. */
export async function gather(
  compiled: CompiledPolicy,
  options: PassOptions,
  ledger: Ledger,
  progress: Progress,
): Promise<Facts> {
  const { policy } = compiled;
  let state: LedgerState | null = null;
  let listed: readonly VirtualInterface[] = [];
  const portsOf = (connected: Connected): Ports => ({
    ...connected,
    clock: systemClock,
    announcer: null,
    ledger: readOnly(ledger, (peeked) => {
      state = peeked;
    }),
    directConnect: {
      ...connected.directConnect,
      list: async () => {
        listed = await connected.directConnect.list();
        return listed;
      },
    },
  });
  const endless = { remaining: () => Number.POSITIVE_INFINITY, dryRun: true, progress };
  const report = await onePass(compiled, options, portsOf, endless);
  const since = new Date(Date.parse(report.startedAt) - RECENT_MS);
  const { records, failure } = await readRecords(ledger, policy, since);
  return {
    policy,
    report,
    state,
    records,
    since: since.toISOString(),
    recordsFailure: failure,
    // Fail closed: what was listed may have been found incomplete afterwards.
    interfaces: report.counts === null ? null : listed,
  };
}

/** A ledger that cannot be written to, whoever asks. */
function readOnly(ledger: Ledger, seen: (state: LedgerState) => void): Ledger {
  return {
    ...ledger,
    peek: async (key) => {
      const state = await ledger.peek(key);
      seen(state);
      return state;
    },
    open: () => Promise.resolve(null),
  };
}

async function readRecords(
  ledger: Ledger,
  { recipient }: Policy,
  since: Date,
): Promise<{ records: Records; failure: Failure | null }> {
  try {
    return { records: await ledger.records(recipientKey(recipient), since), failure: null };
  } catch (error) {
    if (!(error instanceof PassFailure)) throw error;
    const { code, message } = error;
    return { records: { receipts: [], ended: [], damaged: [] }, failure: { code, message } };
  }
}
