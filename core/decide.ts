import type { Deadline } from './deadline.ts';
import type { DecisionContext } from './decisionContext.ts';
import { evaluateMatch, matchVerdict } from './fields/match.ts';
import { findFittingGrants, sharedGateway } from './grants.ts';
import { identify } from './identify.ts';
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
  /** every fitting grant: all lead to this gateway, and the limits of all of them were applied */
  readonly grants: readonly string[];
  readonly gateway: string;
}

export interface Hold {
  readonly verdict: 'hold';
  /** never empty */
  readonly reasons: readonly Reason[];
  /** what the policy would give it, for a person's use; `null` when that is not one gateway */
  readonly gateway: string | null;
}

/**
 * Whether the policy clearly allows a request, and with which gateway. Every reason against is told, not the first only.
 * Outbound interfaces are no requests: tell them apart with `identify` before asking.
 * @param deadline only for the words of a freeze that outlasts it
 */
export function decide(
  policy: Policy,
  request: VirtualInterface,
  world: DecisionContext,
  deadline: Deadline,
  at: Date,
): Decision {
  const decision = withoutFreeze(policy, request, world, at);
  return policy.freeze ? frozen(decision, deadline) : decision;
}

function withoutFreeze(
  policy: Policy,
  request: VirtualInterface,
  world: DecisionContext,
  at: Date,
): Decision {
  const reasons = [
    ...unfit(request),
    ...elsewhere(policy, request),
    ...unremembered(request, world),
    ...heldByPolicy(policy, request),
  ];
  const identity = identify(policy, request, world.ownConnections);
  if (identity.kind === 'outbound') return holdFor([...reasons, OUTBOUND]);
  if (identity.kind === 'unknown') return holdFor([...reasons, identity.reason]);

  const { owner } = identity;
  const grants = findFittingGrants(owner, request, at);
  if (!grants.found) return holdFor([...reasons, ...grants.reasons], grants.gateway);
  const { fitting, first } = grants;
  const gateway = sharedGateway(fitting);
  // Fail closed: grants that disagree decide nothing.
  if (gateway === null) reasons.push(ambiguous(owner, fitting));
  reasons.push(...exhaustedLimitReasons(owner, fitting, request.id, policy, world));
  const { acceptsPerRun } = policy.limits;
  if (world.acceptedThisRun >= acceptsPerRun) {
    const message = `this pass has accepted its ${acceptsPerRun} already (\`limits.acceptsPerPass\`); the next pass goes on`;
    reasons.push({ code: 'pass-limit', message });
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
  message: 'it stands on a connection of our own: we offered it, so it is not for us to accept',
};

/** @param gateway see `Hold` */
export function holdFor(reasons: readonly Reason[], gateway: string | null = null): Hold {
  return { verdict: 'hold', reasons: sortReasons(reasons), gateway };
}

/** The same decision with more that stands against it. */
export function addReasons(decision: Decision, more: readonly Reason[]): Decision {
  if (more.length === 0) return decision;
  const before = decision.verdict === 'hold' ? decision.reasons : [];
  return holdFor([...before, ...more], decision.gateway);
}

/** The codes of every reason for holding, each once; none where the policy allows the request. */
export function reasonCodesOf(decision: Decision): string[] {
  return decision.verdict === 'hold' ? [...new Set(decision.reasons.map(({ code }) => code))] : [];
}

/** What no policy can allow. */
function unfit(request: VirtualInterface): Reason[] {
  const reasons: Reason[] = [];
  if (request.type !== 'private') {
    const type = request.type === null ? 'of an unknown type' : quote(request.type);
    reasons.push({
      code: 'not-private',
      message: `the interface is ${type}: only private ones are ever accepted`,
    });
  }
  if (!isReadable(request)) {
    reasons.push({
      code: 'unreadable',
      message: `the API's answer is not sound: ${formatList(request.readErrors)}`,
    });
  }
  if (!fitsLedgerItem(request)) {
    // Fail closed: what cannot be put on record is not accepted.
    const message =
      'its name, tags and BGP sessions are longer than what the ledger can record; have it offered with less';
    reasons.push({ code: 'unreadable', message });
  }
  if (request.state !== 'confirming') {
    const state = request.state === null ? 'none' : quote(request.state);
    reasons.push({ code: 'unreadable', message: `its state must be \`confirming\`, got ${state}` });
  }
  // Fail closed: the API contradicts itself, and what is on a gateway is accepted already.
  if (request.gateway !== null) {
    const message = `a request has no gateway yet, got ${quote(request.gateway)}; look at it with the AWS CLI`;
    reasons.push({ code: 'unreadable', message });
  }
  return reasons;
}

/** Fail closed: whether an interface that the API says is in another region can be confirmed from here is not known. */
function elsewhere({ recipient }: Policy, { region }: VirtualInterface): Reason[] {
  if (region === null || region === recipient.region) return [];
  return [
    {
      code: 'other-region',
      message: `the API says that it is in region ${quote(region)}, and this target is \`${recipient.region}\`; make a policy for that region, or ask the provider`,
    },
  ];
}

/** Fail closed: what the ledger holds of it may be a confirm that was begun, or an acceptance. */
function unremembered({ id }: VirtualInterface, { damaged }: DecisionContext): Reason[] {
  const why = damaged[id];
  return why === undefined
    ? []
    : [{ code: 'unreadable', message: `what the ledger holds of it cannot be read: ${why}` }];
}

/** A frozen policy holds every request. What it would decide otherwise is said too, so that a person knows before lifting the freeze. */
function frozen(decision: Decision, deadline: Deadline): Hold {
  const message = `the policy is frozen (\`freeze: true\`); without the freeze: ${otherwise(decision)}${lostBy(deadline)}`;
  if (decision.verdict === 'hold')
    return holdFor([{ code: 'frozen', message }, ...decision.reasons], decision.gateway);
  const { owner, grant, gateway } = decision;
  return holdFor([{ code: 'frozen', message, withoutFreeze: { owner, grant, gateway } }], gateway);
}

function otherwise(decision: Decision): string {
  if (decision.verdict === 'hold') return `held too, for ${formatList(reasonCodesOf(decision))}`;
  const { owner, grant, gateway } = decision;
  return `accepted by \`${owner}.${grant}\` → \`${gateway}\`, if the preflight checks succeed`;
}

function lostBy({ earliest, latest }: Deadline): string {
  if (latest === null) return '';
  return earliest === null
    ? `; the request may expire at any moment, at ${latest} at the latest`
    : `; the request may expire from ${earliest} on`;
}

function heldByPolicy(policy: Policy, request: VirtualInterface): Reason[] {
  return policy.hold
    .filter((line) => holdRuleApplies(line, request))
    .map((line) => ({ code: 'held-by-policy', message: whyHeld(line, request) }));
}

/** Fail closed: a line concerns a request unless some field is a definite no. */
export function holdRuleApplies(line: HoldRule, request: VirtualInterface): boolean {
  return matchVerdict(line.match, request, 'mayMatch') !== 'no';
}

/** By its fields: the compiled lines are in another order than the written ones. */
function whyHeld(line: HoldRule, request: VirtualInterface): string {
  const fields = evaluateMatch(line.match, request, 'mayMatch').map(
    ({ field, expected, verdict }) =>
      `${field} ${expected}${verdict === 'unknown' ? ' (not known here)' : ''}`,
  );
  return `a \`hold\` line holds ${formatList(fields)}${line.reason === null ? '' : `: ${line.reason}`}`;
}

function ambiguous(owner: Owner, fitting: readonly Grant[]): Reason {
  const ways = fitting.map(({ name, gateway }) => `\`${owner.name}.${name}\` to \`${gateway}\``);
  return {
    code: 'ambiguous',
    message: `grants lead to different gateways: ${formatList(ways)}; make one of them narrower`,
  };
}
