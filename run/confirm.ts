import type { InterfaceKind } from '../core/kinds.ts';
import { hasEnded, type VirtualInterface } from '../core/model.ts';
import { quote } from '../core/printableText.ts';
import type { AcceptanceProof } from '../core/receipt.ts';
import type { RunProblem } from '../core/runReport.ts';
import { CallFailure, KeyReplaced } from './portErrors.ts';
import type { DirectConnect, Ports } from './ports.ts';

/** The outcome of one confirm. */
export interface ConfirmResult {
  readonly outcome: 'accepted' | 'gone' | 'failed';
  /** `null` when it was accepted */
  readonly message: string | null;
  readonly failures: readonly RunProblem[];
  /** what proves that the interface was accepted; `null`: it was not, as far as is known */
  readonly proof: AcceptanceProof | null;
}

/**
 * Confirms an interface in one attempt. If the answer does not say that it was accepted, describes the interface to find out.
 * @throws KeyReplaced: nothing was confirmed
 */
export async function confirmOnce(
  kind: InterfaceKind,
  id: string,
  gateway: string,
  { directConnect }: Pick<Ports, 'directConnect'>,
): Promise<ConfirmResult> {
  let doubt: string;
  try {
    const state = await directConnect.confirm(kind, id, gateway);
    if (state === 'pending' || state === 'available' || state === 'down')
      return confirmAccepted({ by: 'confirm', state, doubt: null });
    doubt = `the answer's state is ${state === null ? 'missing' : quote(state)}; the next run tries again`;
  } catch (error) {
    if (!(error instanceof CallFailure) || error instanceof KeyReplaced) throw error;
    doubt = error.message;
  }
  return resolveDoubt(id, gateway, doubt, directConnect);
}

/** Finds out the outcome of a doubtful confirm: the state that the API shows now is taken as the outcome. */
async function resolveDoubt(
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
      `${id} may have been accepted: ${doubt}; then ${error.message}; the next run checks it`,
    );
  }
  if (now === null || hasEnded(now))
    return { outcome: 'gone', message: describeGone(now), failures: [], proof: null };
  if (now.state === 'confirming') return confirmFailed(`${id} is still confirming: ${doubt}`);
  if (now.gateway === null) {
    const state = now.state === null ? 'of no state' : quote(now.state);
    return confirmFailed(
      `${id} may have been accepted: ${doubt}; it is ${state} on no gateway yet; the next run checks it`,
    );
  }
  if (now.gateway === gateway) return confirmAccepted({ by: 'description', state: now.state, doubt });
  const message = `${id} should be on gateway \`${gateway}\` and is on ${quote(now.gateway)}: another party accepted it; find out who, and delete the interface if that is wrong`;
  return { outcome: 'failed', message, failures: [{ code: 'other-gateway', message }], proof: null };
}

function confirmAccepted(proof: AcceptanceProof): ConfirmResult {
  return { outcome: 'accepted', message: null, failures: [], proof };
}

export function confirmFailed(message: string): ConfirmResult {
  return { outcome: 'failed', message, failures: [{ code: 'confirm-failed', message }], proof: null };
}

export function describeGone(vif: VirtualInterface | null): string {
  const now = vif === null ? 'it does not exist' : vif.state === null ? 'no state' : quote(vif.state);
  return `no longer confirming right before the confirm: ${now}`;
}
