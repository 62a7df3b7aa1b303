import { type Assignment, createAcceptance, type Evidence, type Intent } from '../core/ledgerEntries.ts';
import type { LedgerChange } from '../core/ledgerState.ts';
import { type LoadedPolicy, writePolicy } from '../core/policyText.ts';
import { type AcceptanceProof, createReceipt } from '../core/receipt.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import { LedgerFailure } from './portErrors.ts';
import type { Clock } from './ports.ts';
import type { EventFactory } from './queueEvents.ts';

/** Records an attempt in the ledger. */
export interface AcceptanceRecorder {
  /**
   * Writes the intent, before the confirm. Deferred changes of the same request, such as its first observation, are
   * written with it, and with the first intent of a run the policy that was used.
   * @throws LedgerFailure
   */
  recordIntent(id: string, assignment: Assignment, evidence: Evidence): Promise<void>;
  /** Withdraws the intent if nothing was confirmed: restores what the ledger had before it. @throws LedgerFailure */
  withdrawIntent(id: string): Promise<void>;
  /** Writes the acceptance and its receipt, after the confirm. @returns the problem if that failed */
  recordAcceptance(
    id: string,
    assignment: Assignment,
    evidence: Evidence,
    proof: AcceptanceProof,
  ): Promise<RunProblem[]>;
}

export function createAcceptanceRecorder(
  ledger: LedgerUnitOfWork,
  { policy, digest }: LoadedPolicy,
  clock: Clock,
  createEvents: EventFactory,
): AcceptanceRecorder {
  let isPolicyWritten = false;
  const firstPolicyUse = (): LedgerChange[] => {
    if (isPolicyWritten) return [];
    isPolicyWritten = true;
    return [{ kind: 'policyUsed', digest, text: writePolicy(policy) }];
  };
  /** the intents of earlier runs, whose confirms may still take effect, by ID; `null`: none */
  const earlierIntents = new Map<string, Intent | null>();
  return {
    recordIntent: (id, assignment, evidence) => {
      if (!earlierIntents.has(id)) earlierIntents.set(id, ledger.state().intents[id] ?? null);
      const intent = { ...assignment, listings: 0, evidence };
      return ledger.write([...firstPolicyUse(), { kind: 'intended', id, intent }]);
    },
    withdrawIntent: (id) => {
      const intent = earlierIntents.get(id) ?? null;
      return ledger.write([
        intent === null ? { kind: 'intentDropped', id } : { kind: 'intended', id, intent },
      ]);
    },
    recordAcceptance: async (id, assignment, evidence, proof) => {
      const receipt = createReceipt(id, assignment, evidence, clock.now().toISOString(), proof);
      const acceptance = createAcceptance(assignment, evidence.request);
      try {
        await ledger.write([
          ...createEvents({ receipts: [receipt] }),
          { kind: 'accepted', id, acceptance, receipt },
        ]);
        return [];
      } catch (error) {
        if (!(error instanceof LedgerFailure)) throw error;
        error.isReported = true;
        // The acceptance is not lost: its intent is in the ledger, and the next run learns of the acceptance from it.
        return [
          { code: error.code, message: `${id} was accepted and could not be recorded: ${error.message}` },
        ];
      }
    },
  };
}
