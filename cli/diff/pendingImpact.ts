import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Decision } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { needsOwnConnections, type OwnConnections } from '../../core/identify.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks } from '../../core/preflightChecks.ts';
import { escapeText } from '../../core/printableText.ts';
import { type ConnectOptions, connectTarget } from '../connectTarget.ts';
import { readRequests } from '../requests/readRequests.ts';
import { readRequestFile } from '../requests/requestItems.ts';

/** A request that is pending now, decided by both policies. */
export interface PendingChange {
  readonly request: VirtualInterface;
  readonly old: Decision;
  readonly new: Decision;
}

/** What a change of policy does to what is pending. */
export interface PendingImpact {
  readonly evaluated: number;
  readonly unchecked: readonly string[];
  readonly changed: readonly PendingChange[];
}

/** What is pending, and what else is live, as far as it is known. */
interface Pending {
  readonly requests: readonly VirtualInterface[];
  readonly interfaces: readonly VirtualInterface[];
  readonly ownConnections: OwnConnections;
  /** what could not be checked, a sentence each */
  readonly unchecked: readonly string[];
}

/**
 * Requests that are pending now and are decided otherwise by the new policy.
 * @param from a recorded file, `-` for standard input, or `true` to ask the provider, reading only
 */
export async function findPendingImpact(
  [old, now]: readonly [Policy, Policy],
  from: string | true,
  options: ConnectOptions,
  at: Date,
): Promise<PendingImpact> {
  const { requests, interfaces, ownConnections, unchecked } = await (from === true
    ? live(now, options)
    : recorded(now, from));
  const world: DecisionContext = {
    interfaces,
    intents: {},
    acceptances: {},
    damaged: {},
    ownConnections,
    acceptedThisRun: 0,
  };
  const decided = requests.map((request): PendingChange => {
    const [before, after] = [old, now].map((policy) =>
      decideWithNetworkChecks(policy, request, world, NO_DEADLINE, at),
    );
    if (before === undefined || after === undefined) throw new Error('two policies give two decisions');
    return { request, old: before, new: after };
  });
  return {
    evaluated: requests.length,
    unchecked,
    changed: decided.filter((one) => describeResult(one.old) !== describeResult(one.new)),
  };
}

/** What a decision comes to: a gateway, or the codes for which it is held. */
export function describeResult(decision: Decision): string {
  if (decision.verdict === 'accept') return decision.gateway;
  return [...new Set(decision.reasons.map(({ code }) => code))].sort().join(', ');
}

async function recorded(policy: Policy, named: string): Promise<Pending> {
  const { text, file } = await readRequestFile(named);
  const requests = readRequests(text, file, policy).map(({ request }) => request);
  // As `explain` does: held for that alone, a request would hide what the change of policy decides.
  const ownConnections = { known: true, ids: new Set<string>() } as const;
  const unchecked = requests
    .filter((request) => needsOwnConnections(policy, request))
    .map(
      ({ id }) =>
        `${escapeText(id)}: whether it is on a connection of our own, as a file does not say which those are`,
    );
  return { requests, interfaces: requests, ownConnections, unchecked };
}

async function live(policy: Policy, options: ConnectOptions): Promise<Pending> {
  const connected = connectTarget(policy, options);
  try {
    const interfaces = await connected.directConnect.list();
    const ids = await connected.directConnect.ownConnections();
    const requests = interfaces.filter(isConfirming);
    return { requests, interfaces, ownConnections: { known: true, ids }, unchecked: [] };
  } finally {
    connected.close();
  }
}
