import { type Award, accepted, type Grounds, type Intent } from '../core/ledgerEntries.ts';
import type { LedgerChange } from '../core/ledgerState.ts';
import { type LoadedPolicy, writePolicy } from '../core/policy.ts';
import { type Answer, receiptOf } from '../core/receipt.ts';
import type { Failure } from '../core/runReport.ts';
import type { Memory } from './ledgerUnitOfWork.ts';
import { LedgerFailure } from './portErrors.ts';
import type { Clock } from './ports.ts';
import type { Newsroom } from './publishEvents.ts';

/** What an attempt leaves in the ledger. */
export interface Recorder {
  /**
   * Before a confirm. With it goes what was deferred of the request, such as its first sighting, and with the first of a pass
   * the policy by which it is decided.
   * @throws LedgerFailure
   */
  intended(id: string, award: Award, grounds: Grounds): Promise<void>;
  /** Where nothing was confirmed after all: the ledger has what it had before the intent. @throws LedgerFailure */
  withdrawn(id: string): Promise<void>;
  /** After a confirm. @returns why it could not be recorded, if it could not */
  accepted(id: string, award: Award, grounds: Grounds, answer: Answer): Promise<Failure[]>;
}

export function recorder(
  memory: Memory,
  { policy, digest }: LoadedPolicy,
  clock: Clock,
  news: Newsroom,
): Recorder {
  let isPolicyWritten = false;
  const policyUsed = (): LedgerChange[] => {
    if (isPolicyWritten) return [];
    isPolicyWritten = true;
    return [{ kind: 'policyUsed', digest, text: writePolicy(policy) }];
  };
  /** what earlier passes intended, where a confirm of theirs may take effect yet; `null`: nothing */
  const before = new Map<string, Intent | null>();
  return {
    intended: (id, award, grounds) => {
      if (!before.has(id)) before.set(id, memory.state().intents[id] ?? null);
      const intent = { ...award, listings: 0, grounds };
      return memory.write([...policyUsed(), { kind: 'intended', id, intent }]);
    },
    withdrawn: (id) => {
      const intent = before.get(id) ?? null;
      return memory.write([
        intent === null ? { kind: 'intentDropped', id } : { kind: 'intended', id, intent },
      ]);
    },
    accepted: async (id, award, grounds, answer) => {
      const receipt = receiptOf(id, award, grounds, clock.now().toISOString(), answer);
      const acceptance = accepted(award, grounds.request);
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
