import { NO_DEADLINE } from '../../lambda/core/deadline.ts';
import { type Decision, decide } from '../../lambda/core/decide.ts';
import type { OwnConnections } from '../../lambda/core/identify.ts';
import { isConfirming, type VirtualInterface } from '../../lambda/core/model.ts';
import type { Policy } from '../../lambda/core/policy.ts';
import type { World } from '../../lambda/core/world.ts';
import { requestFile } from '../requests/file.ts';
import { readRequests } from '../requests/read.ts';
import { type ConnectOptions, connectTarget } from '../target.ts';

/** A request that is pending now, decided by both policies. */
export interface PendingChange {
  readonly request: VirtualInterface;
  readonly old: Decision;
  readonly new: Decision;
}

/** What is pending, and what else is live, as far as it is known. */
interface Pending {
  readonly requests: readonly VirtualInterface[];
  readonly interfaces: readonly VirtualInterface[];
  readonly ownConnections: OwnConnections;
}

/**
 * Requests that are pending now and are decided otherwise by the new policy.
 * @param from a recorded file, `-` for standard input, or `true` to ask the provider, reading only
 */
export async function pendingChanges(
  [old, now]: readonly [Policy, Policy],
  from: string | true,
  options: ConnectOptions,
  at: Date,
): Promise<{ readonly looked: number; readonly changed: readonly PendingChange[] }> {
  const { requests, interfaces, ownConnections } = await (from === true
    ? live(now, options)
    : recorded(now, from));
  const world: World = {
    interfaces,
    intents: {},
    acceptances: {},
    damaged: {},
    ownConnections,
    acceptedThisPass: 0,
  };
  const decided = requests.map((request): PendingChange => {
    const [before, after] = [old, now].map((policy) => decide(policy, request, world, NO_DEADLINE, at));
    if (before === undefined || after === undefined) throw new Error('two policies give two decisions');
    return { request, old: before, new: after };
  });
  return {
    looked: requests.length,
    changed: decided.filter((one) => resultOf(one.old) !== resultOf(one.new)),
  };
}

/** What a decision comes to: a gateway, or the codes for which it is held. */
export function resultOf(decision: Decision): string {
  if (decision.verdict === 'accept') return decision.gateway;
  return [...new Set(decision.reasons.map(({ code }) => code))].sort().join(', ');
}

async function recorded(policy: Policy, named: string): Promise<Pending> {
  const { text, file } = await requestFile(named);
  const requests = readRequests(text, file, policy).map(({ request }) => request);
  const ownConnections = { known: false, why: 'a file does not tell them' } as const;
  return { requests, interfaces: requests, ownConnections };
}

async function live(policy: Policy, options: ConnectOptions): Promise<Pending> {
  const connected = connectTarget(policy, options);
  try {
    const interfaces = await connected.directConnect.list();
    const ids = await connected.directConnect.ownConnections();
    return { requests: interfaces.filter(isConfirming), interfaces, ownConnections: { known: true, ids } };
  } finally {
    connected.close();
  }
}
