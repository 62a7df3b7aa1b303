import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, holdRuleApplies } from '../../core/decide.ts';
import { evaluateMatch, type FieldVerdict } from '../../core/fields/evaluateMatch.ts';
import { allOf, type Ternary } from '../../core/fields/matchField.ts';
import { evaluateGrant, validityReason } from '../../core/grants.ts';
import { identify, needsOwnConnections, type OwnConnections } from '../../core/identifyRequester.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { formatList, quote } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { type ReportedReason, renderReason, reportReason } from '../../core/renderReason.ts';
import { reportRequest } from '../../core/requestEvaluation.ts';
import type { RequestReport } from '../../core/runReport.ts';
import { decideInIsolation } from '../../language/index.ts';
import type { ReadRequest } from '../requests/fromReport.ts';

/** The explanation of one decision, as `policy explain --json` prints it. Scripts depend on its key names. */
export interface Explanation {
  readonly target: string;
  readonly at: string;
  /** without secrets */
  readonly request: VirtualInterface;
  /** values that the file does not give and that are assumed, one sentence each */
  readonly assumed: readonly string[];
  readonly requester: Requester;
  readonly freeze: boolean;
  /** every hold rule */
  readonly hold: readonly ExplainedHoldRule[];
  /** every grant of the owner; empty for an unknown requester */
  readonly grants: readonly ExplainedGrant[];
  /** as a run would report it */
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
  /** whether all fields match, without regard to the validity period */
  readonly fits: Ternary;
  /** why the grant is not valid at that time; `null`: it is valid */
  readonly outOfTime: ReportedReason | null;
  /** whether the request is accepted because of this grant */
  readonly decides: boolean;
}

/** Explains a decision that needs no API call, part by part. Conditions that a file cannot show are listed as not checked. */
export function explain(policy: Policy, given: ReadRequest, at: Date): Explanation {
  const { request, isPast, ...treated } = treatAsPending(given);
  const assumed = [...treated.assumed, ...listAbsentFields(given)];
  const decision = decideInIsolation(policy, request, at);
  const { requester, owner } = identifyRequester(policy, request, { known: true, ids: new Set() });
  return {
    target: policy.target,
    at: at.toISOString(),
    request,
    assumed,
    requester,
    freeze: policy.freeze,
    hold: policy.hold.map((rule) => ({
      fields: evaluateMatch(rule.match, request, 'mayMatch'),
      reason: rule.reason,
      applies: holdRuleApplies(rule, request),
    })),
    grants: (owner?.grants ?? []).map((grant) => explainGrant(owner, grant, request, at, decision)),
    report: {
      ...reportDecision(decision, request, policy, listUncheckedConditions(policy, owner, request)),
      // The request can no longer be confirmed.
      ...(isPast ? { manualOverrideCommand: null } : {}),
    },
  };
}

/** The owner that the request is attributed to, and why. */
export interface Requester {
  /** `null`: unknown requester */
  readonly owner: string | null;
  readonly why: string;
  /** connections in the policy that differ little from the unknown one, possibly by a typing error */
  readonly similar: readonly { readonly connection: string; readonly owner: string }[];
}

/** Attributes a request to an owner of the policy. */
function identifyRequester(
  policy: Policy,
  request: VirtualInterface,
  own: OwnConnections,
): { readonly requester: Requester; readonly owner: Owner | null } {
  const identity = identify(policy, request, own);
  switch (identity.kind) {
    case 'owner': {
      const { owner } = identity;
      return {
        owner,
        requester: { owner: owner.name, why: explainOwner(policy, owner, request), similar: [] },
      };
    }
    case 'outbound':
      return {
        owner: null,
        requester: { owner: null, why: 'the recipient offers it to another account', similar: [] },
      };
    case 'unknown': {
      const { connection } = request;
      const similar = isListed(policy, connection) ? [] : findSimilarConnections(policy, connection);
      return { owner: null, requester: { owner: null, why: renderReason(identity.reason), similar } };
    }
    default:
      return identity satisfies never;
  }
}

function explainOwner(
  { recipient }: Policy,
  { name }: Owner,
  { connection, ownerAccount }: VirtualInterface,
): string {
  const account =
    ownerAccount === recipient.account
      ? 'the API names the recipient as owner account, as for every request, which identifies no requester'
      : `the API names account ${quote(ownerAccount ?? '')}, which is the owner's`;
  return `owner \`${name}\` lists connection ${quote(connection ?? '')}; ${account}`;
}

function isListed({ owners }: Policy, connection: string | null): boolean {
  return owners.some(({ connections }) => connection !== null && connections.includes(connection));
}

/** Maximum number of differing characters in a similar connection ID, and maximum number of similar connections reported. */
const [MAX_DIFFERENCES, MAX_SIMILAR] = [2, 3];

/** Finds connections with similar IDs. Only the connection is compared: a requester can copy the name or the VLAN of an owner. */
function findSimilarConnections({ owners }: Policy, unknown: string | null): Requester['similar'] {
  if (unknown === null) return [];
  return owners
    .flatMap(({ name, connections }) => connections.map((connection) => ({ connection, owner: name })))
    .filter(({ connection }) => countDifferences(connection, unknown) <= MAX_DIFFERENCES)
    .slice(0, MAX_SIMILAR);
}

function countDifferences(a: string, b: string): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.split('').filter((character, i) => character !== b[i]).length;
}

/** Lists the conditions that a run checks and that a file cannot show, one sentence each. */
function listUncheckedConditions(policy: Policy, owner: Owner | null, request: VirtualInterface): string[] {
  const own = needsOwnConnections(policy, request)
    ? [
        `whether connection ${quote(request.connection ?? '')} belongs to the recipient, because the API names another owner account: then the interface would be ignored`,
      ]
    : [];
  const limits = owner === null ? [] : listLimits(owner);
  return [
    ...own,
    ...(limits.length === 0
      ? []
      : [`limits (${formatList(limits)}): a file does not show the live interfaces`]),
    'gateway and network (gateway exists, is available and attached; VLAN and addresses are free; ASN): only a run checks them',
    'the state in the ledger: expiry, uncertain confirms, acceptances of the same run',
  ];
}

function listLimits({ name, limit, grants }: Owner): string[] {
  const own = limit === null ? [] : [`${limit} for owner \`${name}\``];
  return [
    ...own,
    ...grants.flatMap((grant) =>
      grant.limit === null ? [] : [`${grant.limit} for grant \`${name}.${grant.name}\``],
    ),
  ];
}

/** Treats an interface that is no longer a request as the request that it was. */
function treatAsPending({
  request,
  assumed,
}: ReadRequest): Pick<ReadRequest, 'request' | 'assumed'> & { isPast: boolean } {
  if (isConfirming(request)) return { request, assumed, isPast: false };
  const state = request.state === null ? 'it is no longer a request' : `its state is ${quote(request.state)}`;
  const past = `${state}, so there is nothing to decide: the decision below is the one for a pending request`;
  return {
    request: { ...request, state: 'confirming', gateway: null },
    assumed: [...assumed, past],
    isPast: true,
  };
}

/** Lists the match fields that the file does not give, although the API may return them. */
function listAbsentFields({ absent }: ReadRequest): string[] {
  return absent.size === 0
    ? []
    : [
        `the file does not give ${formatList([...absent])}: treated as unknown, although the API may return a value`,
      ];
}

function explainGrant(
  owner: Owner | null,
  grant: Grant,
  request: VirtualInterface,
  at: Date,
  decision: Decision,
): ExplainedGrant {
  const fields = evaluateGrant(grant, request);
  const { name, gateway, gatewayName, limit, from, until } = grant;
  const outOfTime = owner === null ? null : validityReason(owner, grant, at);
  return {
    name,
    gateway,
    gatewayName,
    limit,
    from,
    until,
    fields,
    fits: allOf(fields.map(({ verdict }) => verdict)),
    outOfTime: outOfTime === null ? null : reportReason(outOfTime),
    decides: decision.verdict === 'accept' && decision.grants.includes(name),
  };
}

/** The request as a run would report it, in the same words. */
function reportDecision(
  decision: Decision,
  request: VirtualInterface,
  { recipient }: Policy,
  unchecked: readonly string[],
): RequestReport {
  const outcome = decision.verdict === 'accept' ? 'wouldAccept' : 'held';
  const evaluation = {
    request,
    observation: null,
    deadline: NO_DEADLINE,
    decision,
    outcome,
    message: null,
    skipped: [],
  } as const;
  const { knownToAwsCli, directConnectEndpoint } = PROVIDER_TRAITS[recipient.provider];
  const endpoint = knownToAwsCli ? null : directConnectEndpoint(recipient.region);
  return { ...reportRequest(evaluation, recipient, endpoint), skipped: unchecked };
}
