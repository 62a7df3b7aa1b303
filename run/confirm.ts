import { type Gateway, hasEnded, type VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import { quote } from '../core/printableText.ts';
import type { AcceptanceProof } from '../core/receipt.ts';
import type { RunProblem } from '../core/runReport.ts';
import { CallFailure, KeyReplaced } from './portErrors.ts';
import type { DirectConnect, Ports } from './ports.ts';
import { usedGatewayKinds } from './verifyCaller.ts';

/** The state of a request and of the gateways, as the API showed it right before a decision. */
export interface CurrentState {
  /** `null`: it no longer exists */
  readonly request: VirtualInterface | null;
  readonly gateways: readonly Gateway[];
  /** when the first of its calls began, in milliseconds of the monotonic clock: the state may have changed since then */
  readonly since: number;
}

interface Context {
  readonly loaded: LoadedPolicy;
  readonly ports: Ports;
}

/** The largest age at which a state is not read again where that could give a newer one, in milliseconds. */
const FRESH_MS = 1000;

export function isFresh({ since }: CurrentState, { ports }: Context): boolean {
  return ports.clock.monotonic() - since <= FRESH_MS;
}

/**
 * Reads the state while earlier attempts are under way, and waits until they have decided.
 * @param reached resolves when every earlier attempt has decided
 * @throws CallFailure
 */
export async function readInTurn(
  id: string,
  reached: Promise<void>,
  context: Context,
): Promise<CurrentState> {
  const state = await readState(id, context);
  const { clock } = context.ports;
  const readAt = clock.monotonic();
  await reached;
  // Read again only if the wait was long, not if the API was slow: the request is decided again before the confirm.
  return clock.monotonic() - readAt <= FRESH_MS ? state : readState(id, context);
}

/**
 * Reads the state for the decision right before the confirm. If the API answers slowly, the request is described once more, so
 * that its description is only as old as one answer.
 * @throws CallFailure
 */
export async function readBeforeConfirm(id: string, context: Context): Promise<CurrentState> {
  const state = await readState(id, context);
  if (isFresh(state, context)) return state;
  const { clock, directConnect } = context.ports;
  const since = clock.monotonic();
  return { ...state, request: await directConnect.describe(id), since };
}

async function readState(id: string, { ports, loaded }: Context): Promise<CurrentState> {
  const { directConnect, gateways, clock } = ports;
  const since = clock.monotonic();
  const calls = [directConnect.describe(id), gateways.list(usedGatewayKinds(loaded.policy))] as const;
  // Waits for both even if one fails, so that no call is under way after its attempt has ended.
  await Promise.allSettled(calls);
  const [request, listed] = await Promise.all(calls);
  return { request, gateways: listed, since };
}

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
  id: string,
  gateway: string,
  { directConnect }: Pick<Ports, 'directConnect'>,
): Promise<ConfirmResult> {
  let doubt: string;
  try {
    const state = await directConnect.confirm(id, gateway);
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
