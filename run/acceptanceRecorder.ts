import { type Assignment, createAcceptance, type Evidence, type Intent } from '../core/ledgerEntries.ts';
import type { LedgerChange } from '../core/ledgerState.ts';
import { type LoadedPolicy, writePolicy } from '../core/policy.ts';
import { type AcceptanceProof, createReceipt } from '../core/receipt.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import { LedgerFailure } from './portErrors.ts';
import type { Clock } from './ports.ts';
import type { EventFactory } from './publishEvents.ts';

/** What an attempt leaves in the ledger. */
export interface AcceptanceRecorder {
  /**
   * Before a confirm. With it goes what was deferred of the request, such as its first sighting, and with the first of a pass
   * the policy by which it is decided.
   * @throws LedgerFailure
   */
  recordIntent(id: string, award: Assignment, grounds: Evidence): Promise<void>;
  /** Where nothing was confirmed after all: the ledger has what it had before the intent. @throws LedgerFailure */
  withdrawIntent(id: string): Promise<void>;
  /** After a confirm. @returns why it could not be recorded, if it could not */
  recordAcceptance(
    id: string,
    award: Assignment,
    grounds: Evidence,
    answer: AcceptanceProof,
  ): Promise<RunProblem[]>;
}

export function createAcceptanceRecorder(
  memory: LedgerUnitOfWork,
  { policy, digest }: LoadedPolicy,
  clock: Clock,
  news: EventFactory,
): AcceptanceRecorder {
  let isPolicyWritten = false;
  const policyUsed = (): LedgerChange[] => {
    if (isPolicyWritten) return [];
    isPolicyWritten = true;
    return [{ kind: 'policyUsed', digest, text: writePolicy(policy) }];
  };
  /** what earlier passes intended, where a confirm of theirs may take effect yet; `null`: nothing */
  const before = new Map<string, Intent | null>();
  return {
    recordIntent: (id, award, grounds) => {
      if (!before.has(id)) before.set(id, memory.state().intents[id] ?? null);
      const intent = { ...award, listings: 0, evidence: grounds };
      return memory.write([...policyUsed(), { kind: 'intended', id, intent }]);
    },
    withdrawIntent: (id) => {
      const intent = before.get(id) ?? null;
      return memory.write([
        intent === null ? { kind: 'intentDropped', id } : { kind: 'intended', id, intent },
      ]);
    },
    recordAcceptance: async (id, award, grounds, answer) => {
      const receipt = createReceipt(id, award, grounds, clock.now().toISOString(), answer);
      const acceptance = createAcceptance(award, grounds.request);
      try {
        await memory.write([...news({ receipts: [receipt] }), { kind: 'accepted', id, acceptance, receipt }]);
        return [];
      } catch (error) {
        if (!(error instanceof LedgerFailure)) throw error;
        // The acceptance stands: its intent is in the ledger, from which the next pass learns it.
        return [
          { code: error.code, message: `${id} was accepted and could not be recorded: ${error.message}` },
        ];
      }
    },
  };
}
