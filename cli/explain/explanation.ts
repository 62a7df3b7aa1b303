import { PROVIDER_APIS } from '../../adapters/directconnect/directConnect.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, holdRuleApplies } from '../../core/decide.ts';
import { evaluateMatch, type FieldVerdict } from '../../core/fields/match.ts';
import { allOf, type Ternary } from '../../core/fields/matchField.ts';
import { validityReason } from '../../core/grants.ts';
import { identify, needsOwnConnections, type OwnConnections } from '../../core/identify.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { formatList, quote } from '../../core/printableText.ts';
import type { Reason } from '../../core/reasons.ts';
import { reportRequest } from '../../core/requestEvaluation.ts';
import type { RequestReport } from '../../core/runReport.ts';
import { decideAlone } from '../../language/index.ts';
import type { ReadRequest } from '../requests/fromReport.ts';

/** Who it is taken for, and why. */
export interface Requester {
  /** `null`: nobody knows */
  readonly owner: string | null;
  readonly why: string;
  /** connections of the policy that the unknown one may be a slip of */
  readonly similar: readonly { readonly connection: string; readonly owner: string }[];
}

function identifyRequester(
  policy: Policy,
  request: VirtualInterface,
  own: OwnConnections,
): { readonly requester: Requester; readonly owner: Owner | null } {
  const identity = identify(policy, request, own);
  switch (identity.kind) {
    case 'owner': {
      const { owner } = identity;
      return { owner, requester: { owner: owner.name, why: whyKnown(policy, owner, request), similar: [] } };
    }
    case 'outbound':
      return {
        owner: null,
        requester: { owner: null, why: 'it is offered by us to somebody else', similar: [] },
      };
    case 'unknown': {
      const similar = isListed(policy, request.connection) ? [] : similarTo(policy, request.connection);
      return { owner: null, requester: { owner: null, why: identity.reason.message, similar } };
    }
    default:
      return identity satisfies never;
  }
}

function whyKnown(
  { recipient }: Policy,
  { name }: Owner,
  { connection, ownerAccount }: VirtualInterface,
): string {
  const account =
    ownerAccount === recipient.account
      ? 'the API names the recipient as owner account, as it does for requests, which identifies nobody'
      : `the API names account ${quote(ownerAccount ?? '')}, which is theirs`;
  return `owner \`${name}\` lists connection ${quote(connection ?? '')}; ${account}`;
}

function isListed({ owners }: Policy, connection: string | null): boolean {
  return owners.some(({ connections }) => connection !== null && connections.includes(connection));
}

/** Characters in which a slip may differ, and slips that are told. */
const [NEAR, MOST] = [2, 3];

/** By the connection alone: whoever has a name or a VLAN like an owner's may have copied it. */
function similarTo({ owners }: Policy, unknown: string | null): Requester['similar'] {
  if (unknown === null) return [];
  return owners
    .flatMap(({ name, connections }) => connections.map((connection) => ({ connection, owner: name })))
    .filter(({ connection }) => differing(connection, unknown) <= NEAR)
    .slice(0, MOST);
}

function differing(a: string, b: string): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.split('').filter((character, i) => character !== b[i]).length;
}

/** What a pass would look at besides, and a file cannot tell: a sentence each. */
function listUncheckedConditions(policy: Policy, owner: Owner | null, request: VirtualInterface): string[] {
  const own = needsOwnConnections(policy, request)
    ? [
        `whether connection ${quote(request.connection ?? '')} is one of our own, as the API names another account: then it would be ignored`,
      ]
    : [];
  const limits = owner === null ? [] : limitsOf(owner);
  return [
    ...own,
    ...(limits.length === 0
      ? []
      : [`limits (${formatList(limits)}): live interfaces are not known from a file`]),
    'gateway and network (gateway there, available and attached; VLAN and addresses free; ASN): only a pass looks at them',
    'what the ledger remembers: deadline, confirms in doubt, acceptances of the same pass',
  ];
}

function limitsOf({ name, limit, grants }: Owner): string[] {
  const own = limit === null ? [] : [`${limit} for owner \`${name}\``];
  return [
    ...own,
    ...grants.flatMap((grant) =>
      grant.limit === null ? [] : [`${grant.limit} for grant \`${name}.${grant.name}\``],
    ),
  ];
}

/** Why a policy decides on one request as it does, as `policy explain --json` prints it. Key names are relied on by others. */
export interface Explanation {
  readonly target: string;
  readonly at: string;
  /** without secrets */
  readonly request: VirtualInterface;
  /** what the file does not say and was taken for granted */
  readonly assumed: readonly string[];
  readonly requester: Requester;
  readonly freeze: boolean;
  /** every `hold` line */
  readonly hold: readonly ExplainedHoldRule[];
  /** every grant of the owner; none where nobody knows who asks */
  readonly grants: readonly ExplainedGrant[];
  /** as a pass would report it */
  readonly report: RequestReport;
}

export interface ExplainedHoldRule {
  readonly fields: readonly FieldVerdict[];
  readonly reason: string | null;
  readonly applies: boolean;
}

export interface ExplainedGrant extends Pick<Grant, 'gateway' | 'gatewayName' | 'limit' | 'from' | 'until'> {
  readonly name: string;
  readonly fields: readonly FieldVerdict[];
  /** by its fields alone */
  readonly fits: Ternary;
  /** why it does not hold at that time; `null`: it does */
  readonly outOfTime: Reason | null;
  /** whether the request is accepted by it */
  readonly decides: boolean;
}

/** Everything by which a request is decided without a call, part by part. What a file does not say of the world is listed as not applied. */
export function explain(policy: Policy, given: ReadRequest, at: Date): Explanation {
  const { request, isPast, ...past } = asRequest(given);
  const assumed = [...past.assumed, ...unsaid(given)];
  const decision = decideAlone(policy, request, at);
  const { requester, owner } = identifyRequester(policy, request, { known: true, ids: new Set() });
  return {
    target: policy.target,
    at: at.toISOString(),
    request,
    assumed,
    requester,
    freeze: policy.freeze,
    hold: policy.hold.map((line) => ({
      fields: evaluateMatch(line.match, request, 'mayMatch'),
      reason: line.reason,
      applies: holdRuleApplies(line, request),
    })),
    grants: (owner?.grants ?? []).map((grant) => explained(owner, grant, request, at, decision)),
    report: {
      ...reportedAs(decision, request, policy, listUncheckedConditions(policy, owner, request)),
      // There is nothing to confirm any more.
      ...(isPast ? { manualOverrideCommand: null } : {}),
    },
  };
}

/** What is past being a request is explained as the request that it was. */
function asRequest({
  request,
  assumed,
}: ReadRequest): Pick<ReadRequest, 'request' | 'assumed'> & { isPast: boolean } {
  if (isConfirming(request)) return { request, assumed, isPast: false };
  const state = request.state === null ? 'past being a request' : quote(request.state);
  const past = `it is ${state} already, so there is nothing to decide: this is how it would be decided as a request`;
  return {
    request: { ...request, state: 'confirming', gateway: null },
    assumed: [...assumed, past],
    isPast: true,
  };
}

/** What the file leaves out, the API may give all the same. */
function unsaid({ absent }: ReadRequest): string[] {
  return absent.size === 0
    ? []
    : [`the file does not give ${formatList([...absent])}: unknown here, whatever the API gives`];
}

function explained(
  owner: Owner | null,
  grant: Grant,
  request: VirtualInterface,
  at: Date,
  decision: Decision,
): ExplainedGrant {
  const fields = evaluateMatch(grant.match, request, 'matchesCertainly');
  const { name, gateway, gatewayName, limit, from, until } = grant;
  return {
    name,
    gateway,
    gatewayName,
    limit,
    from,
    until,
    fields,
    fits: allOf(fields.map(({ verdict }) => verdict)),
    outOfTime: owner === null ? null : validityReason(owner, grant, at),
    decides: decision.verdict === 'accept' && decision.grants.includes(name),
  };
}

/** The very words of a report. */
function reportedAs(
  decision: Decision,
  request: VirtualInterface,
  { recipient }: Policy,
  skipped: readonly string[],
): RequestReport {
  const outcome = decision.verdict === 'accept' ? 'wouldAccept' : 'held';
  const opened = {
    request,
    observation: null,
    deadline: NO_DEADLINE,
    decision,
    outcome,
    message: null,
    skipped,
  } as const;
  const { knownToAwsCli, directConnectEndpoint } = PROVIDER_APIS[recipient.provider];
  return reportRequest(opened, recipient, knownToAwsCli ? null : directConnectEndpoint(recipient.region));
}
