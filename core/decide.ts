import type { Deadline } from './deadline.ts';
import type { DecisionContext } from './decisionContext.ts';
import { evaluateMatch, matchVerdict } from './fields/evaluateMatch.ts';
import { findFittingGrants, sharedGateway } from './grants.ts';
import { identify } from './identifyRequester.ts';
import { type InterfaceKind, isInterfaceKind } from './kinds.ts';
import { fitsLedgerItem } from './ledgerEntries.ts';
import { exhaustedLimitReasons } from './limits.ts';
import { isReadable, type Recipient, type VirtualInterface } from './model.ts';
import type { Grant, HoldRule, Owner, Policy } from './policy.ts';
import { PROVIDER_TRAITS } from './providers.ts';
import { type Reason, type ReasonCode, sortReasons, type Unfrozen } from './reasons.ts';

export type Decision = Accept | Hold;

export interface Accept {
  readonly verdict: 'accept';
  readonly owner: string;
  /** the first fitting grant by code point */
  readonly grant: string;
  /** every fitting grant: all of them give this gateway, and the limits of all of them were applied */
  readonly grants: readonly string[];
  readonly gateway: string;
  readonly type: InterfaceKind;
}

export interface Hold {
  readonly verdict: 'hold';
  /** never empty */
  readonly reasons: readonly Reason[];
  /** the gateway that the policy would assign, for a person to use; `null` if it is not exactly one */
  readonly gateway: string | null;
}

/**
 * Decides whether the policy clearly allows a request, and with which gateway. A hold lists every reason, not only the first.
 * Outbound interfaces are not requests: the caller separates them with `identify` before.
 * @param deadline only for the reason of a frozen policy
 */
export function decide(
  policy: Policy,
  request: VirtualInterface,
  context: DecisionContext,
  deadline: Deadline,
  at: Date,
): Decision {
  const decision = decideUnfrozen(policy, request, context, at);
  return policy.freeze ? holdAsFrozen(decision, deadline, unfrozenOf(decision, false)) : decision;
}

function decideUnfrozen(
  policy: Policy,
  request: VirtualInterface,
  context: DecisionContext,
  at: Date,
): Decision {
  const reasons = [
    ...intrinsicReasons(request, policy.recipient),
    ...otherRegionReasons(policy, request),
    ...damagedLedgerReasons(request, context),
    ...holdRuleReasons(policy, request),
  ];
  const identity = identify(policy, request, context.ownConnections);
  if (identity.kind === 'outbound') return holdFor([...reasons, OUTBOUND]);
  if (identity.kind === 'unknown') return holdFor([...reasons, identity.reason]);

  // No grant can be for such a type, so none is compared with the request.
  if (!isSupportedType(request, policy.recipient)) return holdFor(reasons);
  const { owner } = identity;
  const grants = findFittingGrants(owner, request, at);
  if (!grants.found) return holdFor([...reasons, ...grants.reasons], grants.gateway);
  const { fitting, first } = grants;
  const gateway = sharedGateway(fitting);
  // Fail closed: grants with different gateways do not allow the request.
  if (gateway === null) reasons.push(ambiguousReason(owner, fitting));
  reasons.push(...exhaustedLimitReasons(owner, fitting, request.id, policy, context));
  const { acceptsPerRun } = policy.limits;
  if (context.acceptedThisRun >= acceptsPerRun) {
    reasons.push({ code: 'run-limit', parameters: { acceptsPerRun } });
  }
  if (gateway === null || reasons.length > 0) return holdFor(reasons, gateway);
  return {
    verdict: 'accept',
    owner: owner.name,
    grant: first.name,
    grants: fitting.map(({ name }) => name),
    gateway,
    type: first.type,
  };
}

const OUTBOUND: Reason = { code: 'unknown-requester', parameters: { cause: 'outbound' } };

/** @param gateway see `Hold` */
export function holdFor(reasons: readonly Reason[], gateway: string | null = null): Hold {
  return { verdict: 'hold', reasons: sortReasons(reasons), gateway };
}

/** The same decision with more reasons to hold the request. */
export function addReasons(decision: Decision, more: readonly Reason[]): Decision {
  if (more.length === 0) return decision;
  const before = decision.verdict === 'hold' ? decision.reasons : [];
  const frozen = before.find((reason) => reason.code === 'frozen');
  const unfrozen = holdFor([...before.filter((reason) => reason !== frozen), ...more], decision.gateway);
  // The reason of the freeze says what would be decided without it, which depends on every other reason.
  return frozen === undefined
    ? unfrozen
    : holdAsFrozen(unfrozen, frozen.parameters.deadline, unfrozenOf(unfrozen, false));
}

/** The codes of all reasons to hold, each once; empty if the policy allows the request. */
export function reasonCodesOf(decision: Decision): ReasonCode[] {
  return decision.verdict === 'hold' ? [...new Set(decision.reasons.map(({ code }) => code))] : [];
}

/** The reasons in the request itself, which no policy can allow. */
function intrinsicReasons(request: VirtualInterface, recipient: Recipient): Reason[] {
  const reasons: Reason[] = [];
  const { type, readErrors, state, gateway } = request;
  if (!isSupportedType(request, recipient)) {
    const supported = [...PROVIDER_TRAITS[recipient.provider].kinds];
    reasons.push({ code: 'type-not-supported', parameters: { type, supported } });
  }
  if (!isReadable(request))
    reasons.push({ code: 'unreadable', parameters: { cause: 'readErrors', readErrors } });
  // Fail closed: a request that the ledger cannot record is not accepted.
  if (!fitsLedgerItem(request)) reasons.push({ code: 'unreadable', parameters: { cause: 'tooLong' } });
  if (state !== 'confirming') reasons.push({ code: 'unreadable', parameters: { cause: 'state', state } });
  // Fail closed: the API contradicts itself, since an interface on a gateway is already accepted.
  if (gateway !== null) reasons.push({ code: 'unreadable', parameters: { cause: 'onGateway', gateway } });
  return reasons;
}

/** Fail closed: a missing type is none that a grant can allow. */
function isSupportedType({ type }: VirtualInterface, { provider }: Recipient): boolean {
  return isInterfaceKind(type) && PROVIDER_TRAITS[provider].kinds.has(type);
}

/** Fail closed: it is unknown whether an interface in another region can be confirmed from this target. */
function otherRegionReasons({ recipient }: Policy, { region }: VirtualInterface): Reason[] {
  if (region === null || region === recipient.region) return [];
  return [{ code: 'other-region', parameters: { region, ownRegion: recipient.region } }];
}

/** Fail closed: a damaged ledger item may be the intent of a confirm, or an acceptance. */
function damagedLedgerReasons({ id }: VirtualInterface, { damaged }: DecisionContext): Reason[] {
  const problem = damaged[id];
  return problem === undefined ? [] : [{ code: 'unreadable', parameters: { cause: 'ledgerEntry', problem } }];
}

/**
 * Holds a request because the policy is frozen. The reasons of the decision remain, and the reason of the freeze has what would
 * happen without it.
 * @param decision without the freeze
 */
export function holdAsFrozen(decision: Decision, deadline: Deadline, unfrozen: Unfrozen): Hold {
  const others = decision.verdict === 'hold' ? decision.reasons : [];
  return holdFor([{ code: 'frozen', parameters: { unfrozen, deadline } }, ...others], decision.gateway);
}

/** What the reason of a freeze says about a decision made without it. @param checked see `Unfrozen` */
export function unfrozenOf(decision: Decision, checked: boolean): Unfrozen {
  if (decision.verdict === 'hold') return { verdict: 'hold', codes: reasonCodesOf(decision) };
  const { verdict, owner, grant, gateway } = decision;
  return { verdict, owner, grant, gateway, checked };
}

function holdRuleReasons(policy: Policy, request: VirtualInterface): Reason[] {
  return policy.hold
    .filter((rule) => holdRuleApplies(rule, request))
    .map(({ match, reason }) => {
      const fields = evaluateMatch(match, request, 'mayMatch').map(({ field, expected, verdict }) => ({
        field,
        expected,
        verdict,
      }));
      return { code: 'held-by-policy', parameters: { fields, reason } };
    });
}

/** Fail closed: a hold rule applies unless at least one of its fields definitely does not match. */
export function holdRuleApplies(rule: HoldRule, request: VirtualInterface): boolean {
  return matchVerdict(rule.match, request, 'mayMatch') !== 'no';
}

function ambiguousReason({ name: owner }: Owner, fitting: readonly Grant[]): Reason {
  const grants = fitting.map(({ name: grant, gateway }) => ({ grant, gateway }));
  return { code: 'ambiguous', parameters: { owner, grants } };
}
