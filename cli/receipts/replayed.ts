import { PolicyRefused, readArchivedPolicy } from '../../core/policy.ts';
import { list } from '../../core/printableText.ts';
import { type Receipt, replay } from '../../core/receipt.ts';
import { LedgerFailure } from '../../run/portErrors.ts';
import type { Ledger } from '../../run/ports.ts';

/** What comes of deciding a receipt's request again. */
export interface Replayed {
  /** `unknown`: the policy of then cannot be read */
  readonly replay: 'same' | 'different' | 'unknown';
  readonly message: string;
}

/** Decides again by the policy of then, which the ledger keeps. */
export async function replayed(receipt: Receipt, ledger: Ledger): Promise<Replayed> {
  const { digest } = receipt.policy;
  try {
    const text = await ledger.policy(digest);
    if (text === null) return { replay: 'unknown', message: `the ledger has no policy ${digest}` };
    const policy = readArchivedPolicy(text, receipt.target);
    const { decision, isSame } = replay(receipt, policy);
    if (isSame) return { replay: 'same', message: 'the same' };
    if (decision.verdict === 'accept')
      return {
        replay: 'different',
        message: `another: ${decision.owner}.${decision.grant} to ${decision.gateway}`,
      };
    const why = list(decision.reasons.map(({ code, message }) => `${code}: ${message}`));
    return { replay: 'different', message: `held: ${why}` };
  } catch (error) {
    if (error instanceof LedgerFailure || error instanceof PolicyRefused)
      return { replay: 'unknown', message: error.message };
    throw error;
  }
}
