import { hasEnded, type VirtualInterface } from '../core/model.ts';
import { quote } from '../core/printableText.ts';
import type { AcceptanceProof } from '../core/receipt.ts';
import type { RunProblem } from '../core/runReport.ts';
import { CallFailure, KeyReplaced } from './portErrors.ts';
import type { DirectConnect, Ports } from './ports.ts';

/** What became of one confirm. */
export interface ConfirmResult {
  readonly outcome: 'accepted' | 'gone' | 'failed';
  /** `null` when it was accepted */
  readonly message: string | null;
  readonly failures: readonly RunProblem[];
  /** by what it is known to be accepted; `null` when it is not */
  readonly answer: AcceptanceProof | null;
}

/** Confirms once, and after any doubt asks what became of it. @throws KeyReplaced: then nothing was confirmed */
export async function confirmOnce(
  id: string,
  gateway: string,
  { directConnect }: Pick<Ports, 'directConnect'>,
): Promise<ConfirmResult> {
  let doubt: string;
  try {
    const state = await directConnect.confirm(id, gateway);
    if (state === 'pending' || state === 'available' || state === 'down')
      return accepted({ by: 'confirm', state, doubt: null });
    doubt = `the answer's state is ${state === null ? 'missing' : quote(state)}; the next pass tries again`;
  } catch (error) {
    if (!(error instanceof CallFailure) || error instanceof KeyReplaced) throw error;
    doubt = error.message;
  }
  return settle(id, gateway, doubt, directConnect);
}

/** After a doubtful confirm: what the API says now is what happened. */
async function settle(
  id: string,
  gateway: string,
  doubt: string,
  directConnect: DirectConnect,
): Promise<ConfirmResult> {
  let now: VirtualInterface | null;
  try {
    now = await directConnect.describe(id);
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    return confirmFailed(
      `${id} may have been accepted: ${doubt}; then ${error.message}; the next pass finds out`,
    );
  }
  if (now === null || hasEnded(now))
    return { outcome: 'gone', message: describeGone(now), failures: [], answer: null };
  if (now.state === 'confirming') return confirmFailed(`${id} is still confirming: ${doubt}`);
  if (now.gateway === null) {
    const state = now.state === null ? 'of no state' : quote(now.state);
    return confirmFailed(
      `${id} may have been accepted: ${doubt}; it is ${state} on no gateway yet; the next pass finds out`,
    );
  }
  if (now.gateway === gateway) return accepted({ by: 'description', state: now.state, doubt });
  const message = `${id} was to get gateway \`${gateway}\` and is on ${quote(now.gateway)}: somebody else accepted it; check who, and delete it if it is wrong`;
  return { outcome: 'failed', message, failures: [{ code: 'other-gateway', message }], answer: null };
}

function accepted(answer: AcceptanceProof): ConfirmResult {
  return { outcome: 'accepted', message: null, failures: [], answer };
}

export function confirmFailed(message: string): ConfirmResult {
  return { outcome: 'failed', message, failures: [{ code: 'confirm-failed', message }], answer: null };
}

export function describeGone(vif: VirtualInterface | null): string {
  const now =
    vif === null ? 'it does not exist any more' : vif.state === null ? 'no state' : quote(vif.state);
  return `no longer confirming when we came to confirm it: ${now}`;
}
