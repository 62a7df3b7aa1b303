import { DIALECTS } from '../../adapters/directconnect/providerApis.ts';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { concerns, type Decision } from '../../core/decide.ts';
import { type FieldVerdict, judge } from '../../core/fields/match.ts';
import { outOfTime } from '../../core/grants.ts';
import { isConfirming, type VirtualInterface } from '../../core/model.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { list, quote } from '../../core/printableText.ts';
import type { Reason } from '../../core/reasons.ts';
import { reportOf } from '../../core/requestEvaluation.ts';
import type { RequestReport } from '../../core/runReport.ts';
import { allOf, type Ternary } from '../../core/ternaryLogic.ts';
import { decideAlone } from '../../language/index.ts';
import type { ReadRequest } from '../requests/fromReport.ts';
import { type Requester, requesterOf } from './identifyRequester.ts';
import { unapplied } from './unapplied.ts';

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
  readonly hold: readonly ExplainedLine[];
  /** every grant of the owner; none where nobody knows who asks */
  readonly grants: readonly ExplainedGrant[];
  /** as a pass would report it */
  readonly report: RequestReport;
}

export interface ExplainedLine {
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
  const { requester, owner } = requesterOf(policy, request, { known: true, ids: new Set() });
  return {
    target: policy.target,
    at: at.toISOString(),
    request,
    assumed,
    requester,
    freeze: policy.freeze,
    hold: policy.hold.map((line) => ({
      fields: judge(line.match, request, 'touches'),
      reason: line.reason,
      applies: concerns(line, request),
    })),
    grants: (owner?.grants ?? []).map((grant) => explained(owner, grant, request, at, decision)),
    report: {
      ...reportedAs(decision, request, policy, unapplied(policy, owner, request)),
      // There is nothing to confirm any more.
      ...(isPast ? { acceptByHand: null } : {}),
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
    : [`the file does not give ${list([...absent])}: unknown here, whatever the API gives`];
}

function explained(
  owner: Owner | null,
  grant: Grant,
  request: VirtualInterface,
  at: Date,
  decision: Decision,
): ExplainedGrant {
  const fields = judge(grant.match, request, 'fits');
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
    outOfTime: owner === null ? null : outOfTime(owner, grant, at),
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
    sighting: null,
    deadline: NO_DEADLINE,
    decision,
    outcome,
    message: null,
    skipped,
  } as const;
  const { knownToAwsCli, directConnectEndpoint } = DIALECTS[recipient.provider];
  return reportOf(opened, recipient, knownToAwsCli ? null : directConnectEndpoint(recipient.region));
}
