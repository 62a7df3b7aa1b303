import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, reasonCodesOf } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { needsOwnConnections, type OwnConnections } from '../../core/identifyRequester.ts';
import { isConfirming, type KeyDigest, type VirtualInterface } from '../../core/model.ts';
import { agreedKeyDigests, type Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks } from '../../core/preflightChecks.ts';
import { escapeText } from '../../core/printableText.ts';
import { type ConnectOptions, connectTarget } from '../connectTarget.ts';
import { readRequests } from '../requests/readRequests.ts';
import { readRequestFile } from '../requests/requestItems.ts';

/** A pending request with the decisions of both policies. */
export interface PendingChange {
  readonly request: VirtualInterface;
  readonly old: Decision;
  readonly new: Decision;
}

/** The effect of a policy change on pending requests. */
export interface PendingImpact {
  readonly evaluated: number;
  readonly unchecked: readonly string[];
  readonly changed: readonly PendingChange[];
}

/** Pending requests and the other live interfaces, as far as they are known. */
interface Pending {
  readonly requests: readonly VirtualInterface[];
  readonly interfaces: readonly VirtualInterface[];
  readonly ownConnections: OwnConnections;
  /** conditions that could not be checked, one sentence each */
  readonly unchecked: readonly string[];
}

/**
 * Finds pending requests that the two policies decide differently.
 * @param from a request file, `-` for standard input, or `true` to ask the provider (reads only)
 */
export async function findPendingImpact(
  [old, now]: readonly [Policy, Policy],
  from: string | true,
  options: ConnectOptions,
  at: Date,
): Promise<PendingImpact> {
  // For each of the two policies, the digest of a key that only the other one names is that of another key.
  const agreedKeys = new Set([...agreedKeyDigests(old), ...agreedKeyDigests(now)]);
  const { requests, interfaces, ownConnections, unchecked } = await (from === true
    ? listPending(now, options, agreedKeys)
    : readPending(now, from, agreedKeys));
  const context: DecisionContext = {
    interfaces,
    intents: {},
    acceptances: {},
    damaged: {},
    ownConnections,
    acceptedThisRun: 0,
  };
  const decided = requests.map((request): PendingChange => {
    const [before, after] = [old, now].map((policy) =>
      decideWithNetworkChecks(policy, request, context, NO_DEADLINE, at),
    );
    if (before === undefined || after === undefined) throw new Error('two policies give two decisions');
    return { request, old: before, new: after };
  });
  return {
    evaluated: requests.length,
    unchecked,
    changed: decided.filter((one) => !isSameResult(one.old, one.new)),
  };
}

function isSameResult(a: Decision, b: Decision): boolean {
  return a.verdict === 'accept' || b.verdict === 'accept'
    ? a.verdict === b.verdict && a.gateway === b.gateway
    : reasonCodesOf(a).join() === reasonCodesOf(b).join();
}

/** The result of a decision: the gateway, or the codes of the reasons for which the request is held. */
export function describeResult(decision: Decision): string {
  if (decision.verdict === 'accept') return decision.gateway;
  return reasonCodesOf(decision).sort().join(', ');
}

async function readPending(
  policy: Policy,
  named: string,
  agreedKeys: ReadonlySet<KeyDigest>,
): Promise<Pending> {
  const { text, file } = await readRequestFile(named);
  const requests = readRequests(text, file, { ...policy, agreedKeys }).map(({ request }) => request);
  // Assumed as in `explain`: a request held only because this is unknown would hide the effect of the policy change.
  const ownConnections = { known: true, ids: new Set<string>() } as const;
  const unchecked = requests
    .filter((request) => needsOwnConnections(policy, request))
    .map(
      ({ id }) =>
        `${escapeText(id)}: whether its connection belongs to the recipient, because a file does not list the recipient's connections`,
    );
  return { requests, interfaces: requests, ownConnections, unchecked };
}

async function listPending(
  policy: Policy,
  options: ConnectOptions,
  agreedKeys: ReadonlySet<KeyDigest>,
): Promise<Pending> {
  const connected = connectTarget(policy, options, agreedKeys);
  try {
    const interfaces = await connected.directConnect.list();
    const ids = await connected.directConnect.ownConnections();
    const requests = interfaces.filter(isConfirming);
    return { requests, interfaces, ownConnections: { known: true, ids }, unchecked: [] };
  } finally {
    connected.close();
  }
}
