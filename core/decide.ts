import type { Deadline } from './deadline.ts';
import type { DecisionContext } from './decisionContext.ts';
import { evaluateMatch, matchVerdict } from './fields/match.ts';
import { findFittingGrants, sharedGateway } from './grants.ts';
import { identify } from './identifyRequester.ts';
import { fitsLedgerItem } from './ledgerEntries.ts';
import { exhaustedLimitReasons } from './limits.ts';
import { isReadable, type VirtualInterface } from './model.ts';
import type { Grant, HoldRule, Owner, Policy } from './policy.ts';
import { formatList, quote } from './printableText.ts';
import { type Reason, sortReasons } from './reasons.ts';

export type Decision = Accept | Hold;

export interface Accept {
  readonly verdict: 'accept';
  readonly owner: string;
  /** the first fitting grant by code point */
  readonly grant: string;
  /** every fitting grant: all of them give this gateway, and the limits of all of them were applied */
  readonly grants: readonly string[];
  readonly gateway: string;
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
 * @param deadline only for the message of a frozen policy
 */
export function decide(
  policy: Policy,
  request: VirtualInterface,
  context: DecisionContext,
  deadline: Deadline,
  at: Date,
): Decision {
  const decision = decideUnfrozen(policy, request, context, at);
  return policy.freeze ? holdAsFrozen(decision, deadline) : decision;
}

function decideUnfrozen(
  policy: Policy,
  request: VirtualInterface,
  context: DecisionContext,
  at: Date,
): Decision {
  const reasons = [
    ...intrinsicReasons(request),
    ...otherRegionReasons(policy, request),
    ...damagedLedgerReasons(request, context),
    ...holdRuleReasons(policy, request),
  ];
  const identity = identify(policy, request, context.ownConnections);
  if (identity.kind === 'outbound') return holdFor([...reasons, OUTBOUND]);
  if (identity.kind === 'unknown') return holdFor([...reasons, identity.reason]);

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
    const message = `this run has already accepted ${acceptsPerRun} requests (\`limits.acceptsPerRun\`); the next run continues`;
    reasons.push({ code: 'run-limit', message });
  }
  if (gateway === null || reasons.length > 0) return holdFor(reasons, gateway);
  return {
    verdict: 'accept',
    owner: owner.name,
    grant: first.name,
    grants: fitting.map(({ name }) => name),
    gateway,
  };
}

const OUTBOUND: Reason = {
  code: 'unknown-requester',
  message:
    'it is on a connection of the recipient: the recipient offered it to another account, so it is not a request',
};

/** @param gateway see `Hold` */
export function holdFor(reasons: readonly Reason[], gateway: string | null = null): Hold {
  return { verdict: 'hold', reasons: sortReasons(reasons), gateway };
}

/** The same decision with more reasons to hold the request. */
export function addReasons(decision: Decision, more: readonly Reason[]): Decision {
  if (more.length === 0) return decision;
  const before = decision.verdict === 'hold' ? decision.reasons : [];
  return holdFor([...before, ...more], decision.gateway);
}

/** The codes of all reasons to hold, each once; empty if the policy allows the request. */
export function reasonCodesOf(decision: Decision): string[] {
  return decision.verdict === 'hold' ? [...new Set(decision.reasons.map(({ code }) => code))] : [];
}

/** The reasons in the request itself, which no policy can allow. */
function intrinsicReasons(request: VirtualInterface): Reason[] {
  const reasons: Reason[] = [];
  if (request.type !== 'private') {
    const type = request.type === null ? 'of an unknown type' : quote(request.type);
    reasons.push({
      code: 'not-private',
      message: `the interface is ${type}: only private interfaces are accepted`,
    });
  }
  if (!isReadable(request)) {
    reasons.push({
      code: 'unreadable',
      message: `the API returned inconsistent data: ${formatList(request.readErrors)}`,
    });
  }
  if (!fitsLedgerItem(request)) {
    // Fail closed: a request that the ledger cannot record is not accepted.
    const message =
      'its name, tags and BGP sessions are longer than the ledger can record; ask the owner to offer it with shorter ones';
    reasons.push({ code: 'unreadable', message });
  }
  if (request.state !== 'confirming') {
    const state = request.state === null ? 'none' : quote(request.state);
    reasons.push({ code: 'unreadable', message: `its state must be \`confirming\`, got ${state}` });
  }
  // Fail closed: the API contradicts itself, since an interface on a gateway is already accepted.
  if (request.gateway !== null) {
    const message = `a request must not have a gateway yet, got ${quote(request.gateway)}; check it with the AWS CLI`;
    reasons.push({ code: 'unreadable', message });
  }
  return reasons;
}

/** Fail closed: it is unknown whether an interface in another region can be confirmed from this target. */
function otherRegionReasons({ recipient }: Policy, { region }: VirtualInterface): Reason[] {
  if (region === null || region === recipient.region) return [];
  return [
    {
      code: 'other-region',
      message: `the API returned region ${quote(region)}, but this target is in \`${recipient.region}\`; write a policy for that region, or ask the provider`,
    },
  ];
}

/** Fail closed: a damaged ledger item may be the intent of a confirm, or an acceptance. */
function damagedLedgerReasons({ id }: VirtualInterface, { damaged }: DecisionContext): Reason[] {
  const why = damaged[id];
  return why === undefined
    ? []
    : [{ code: 'unreadable', message: `its ledger entry cannot be read: ${why}` }];
}

/**
 * A frozen policy holds every request. The message says what it would decide otherwise, so that a person knows before
 * removing the freeze.
 */
function holdAsFrozen(decision: Decision, deadline: Deadline): Hold {
  const message = `the policy is frozen (\`freeze: true\`); without the freeze: ${describeUnfrozen(decision)}${describeExpiry(deadline)}`;
  if (decision.verdict === 'hold')
    return holdFor([{ code: 'frozen', message }, ...decision.reasons], decision.gateway);
  const { owner, grant, gateway } = decision;
  return holdFor([{ code: 'frozen', message, withoutFreeze: { owner, grant, gateway } }], gateway);
}

function describeUnfrozen(decision: Decision): string {
  if (decision.verdict === 'hold') return `also held, for ${formatList(reasonCodesOf(decision))}`;
  const { owner, grant, gateway } = decision;
  return `accepted by \`${owner}.${grant}\` → \`${gateway}\`, if the preflight checks succeed`;
}

function describeExpiry({ earliest, latest }: Deadline): string {
  if (latest === null) return '';
  return earliest === null
    ? `; the request may expire at any time, at the latest ${latest}`
    : `; the request may expire at the earliest ${earliest}`;
}

function holdRuleReasons(policy: Policy, request: VirtualInterface): Reason[] {
  return policy.hold
    .filter((rule) => holdRuleApplies(rule, request))
    .map((rule) => ({ code: 'held-by-policy', message: describeHoldRule(rule, request) }));
}

/** Fail closed: a hold rule applies unless at least one of its fields definitely does not match. */
export function holdRuleApplies(rule: HoldRule, request: VirtualInterface): boolean {
  return matchVerdict(rule.match, request, 'mayMatch') !== 'no';
}

/** Names a hold rule by its fields, because compiled rules have another order than in the file. */
function describeHoldRule(rule: HoldRule, request: VirtualInterface): string {
  const fields = evaluateMatch(rule.match, request, 'mayMatch').map(
    ({ field, expected, verdict }) => `${field} ${expected}${verdict === 'unknown' ? ' (unknown)' : ''}`,
  );
  return `a hold rule matches ${formatList(fields)}${rule.reason === null ? '' : `: ${rule.reason}`}`;
}

function ambiguousReason(owner: Owner, fitting: readonly Grant[]): Reason {
  const gateways = fitting.map(({ name, gateway }) => `\`${owner.name}.${name}\` to \`${gateway}\``);
  return {
    code: 'ambiguous',
    message: `matching grants give different gateways: ${formatList(gateways)}; narrow one of them`,
  };
}
