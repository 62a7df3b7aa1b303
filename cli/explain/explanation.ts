import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, holdRuleApplies } from '../../core/decide.ts';
import { evaluateMatch, type FieldVerdict } from '../../core/fields/evaluateMatch.ts';
import { allOf, type Ternary } from '../../core/fields/matchField.ts';
import { evaluateGrant, validityReason } from '../../core/grants.ts';
import { needsOwnConnections } from '../../core/identifyRequester.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import { type Grant, isPinned, type Owner, type Policy, sharingOwners } from '../../core/policy.ts';
import { formatList, quote } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { type ReportedReason, reportReason } from '../../core/renderReason.ts';
import { reportRequest } from '../../core/requestEvaluation.ts';
import type { RequestReport } from '../../core/runReport.ts';
import { decideInIsolation } from '../../language/index.ts';
import type { ReadRequest } from '../requests/fromReport.ts';
import { identifyRequester, type Requester } from './requester.ts';

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
  /** for an unknown requester on a shared connection: every grant with a pin, of all owners that share it; else empty */
  readonly pins: readonly ExplainedPin[];
  /** as a run would report it */
  readonly report: RequestReport;
}

export interface ExplainedHoldRule {
  readonly fields: readonly FieldVerdict[];
  readonly reason: string | null;
  readonly applies: boolean;
}

export interface ExplainedGrant
  extends Pick<
    Grant,
    'type' | 'gateway' | 'gatewayName' | 'limit' | 'routes' | 'maxPrefixes' | 'from' | 'until'
  > {
  readonly name: string;
  readonly fields: readonly FieldVerdict[];
  /** `false`: the connection is shared, and the grant has no pin, so that it applies to no request there */
  readonly applies: boolean;
  /** whether type and all fields match, without regard to the validity period */
  readonly fits: Ternary;
  /** why the grant is not valid at that time; `null`: it is valid */
  readonly outOfTime: ReportedReason | null;
  /** whether the request is accepted because of this grant */
  readonly decides: boolean;
}

export interface ExplainedPin extends ExplainedGrant {
  readonly owner: string;
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
    grants:
      owner === null ? [] : owner.grants.map((grant) => explainGrant(owner, grant, request, at, decision)),
    pins: owner === null ? explainPins(policy, request, at, decision) : [],
    report: {
      ...reportDecision(decision, request, policy, listUncheckedConditions(policy, owner, request)),
      // The request can no longer be confirmed.
      ...(isPast ? { manualOverrideCommand: null } : {}),
    },
  };
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

function explainPins(
  policy: Policy,
  request: VirtualInterface,
  at: Date,
  decision: Decision,
): readonly ExplainedPin[] {
  const { connection } = request;
  if (connection === null) return [];
  return sharingOwners(policy, connection).flatMap((owner) =>
    owner.grants
      .filter(({ match }) => isPinned(match))
      .map((grant) => ({ owner: owner.name, ...explainGrant(owner, grant, request, at, decision) })),
  );
}

function explainGrant(
  owner: Owner,
  grant: Grant,
  request: VirtualInterface,
  at: Date,
  decision: Decision,
): ExplainedGrant {
  const fields = evaluateGrant(grant, request);
  const { name, type, gateway, gatewayName, limit, routes, maxPrefixes, from, until } = grant;
  const outOfTime = validityReason(owner, grant, at);
  const isShared = request.connection !== null && owner.sharedConnections.includes(request.connection);
  return {
    name,
    type,
    gateway,
    gatewayName,
    limit,
    routes,
    maxPrefixes,
    from,
    until,
    fields,
    applies: !isShared || isPinned(grant.match),
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
