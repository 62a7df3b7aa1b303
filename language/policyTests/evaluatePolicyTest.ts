import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Accept, Decision, Hold } from '../../core/decide.ts';
import { type BgpPeer, createInterface, createPeer, type VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks } from '../../core/preflightChecks.ts';
import { formatList, quote } from '../../core/printableText.ts';
import { type ReportedReason, reportReasons } from '../../core/renderReason.ts';
import { gatewayKind } from '../../core/resourceIds.ts';
import { parseInstant } from '../isoTime.ts';
import type { Expectation, TestedSession, WrittenInterface, WrittenPolicyTest } from './policyTestSchema.ts';

/** The result of one policy test. `policy test --json` prints it, so its keys are part of the public format. */
export interface PolicyTestResult {
  readonly target: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  /** with the gateway's ID */
  readonly expected: Expectation;
  readonly decision: TestDecision;
}

/** The decision on the request of a policy test, with its reasons in the words of a report. */
export type TestDecision = Accept | (Omit<Hold, 'reasons'> & { readonly reasons: readonly ReportedReason[] });

/** Runs one policy test. It passes if both the decision and its reasons are as expected. */
export function runPolicyTest(
  policy: Policy,
  test: WrittenPolicyTest,
  position: { readonly file: string; readonly line: number },
): PolicyTestResult & Pick<ReturnType<typeof evaluatePolicyTest>, 'request'> {
  const { request, decision } = evaluatePolicyTest(withoutFreeze(policy, test), test);
  const expected = resolveExpectation(policy, test.expect);
  const passed = isAsExpected(expected, decision);
  const { file, line } = position;
  return { target: policy.target, name: test.name, file, line, passed, expected, decision, request };
}

/**
 * The policy without a freeze, unless the test expects one. A freeze is temporary, and a policy that has tests must still be deployable
 * when it is frozen.
 */
function withoutFreeze(policy: Policy, { expect: { hold = [] } }: WrittenPolicyTest): Policy {
  return hold.includes('frozen') ? policy : { ...policy, freeze: false };
}

function resolveExpectation(policy: Policy, { accept, hold }: Expectation): Expectation {
  if (accept === undefined) return { hold };
  // The file was checked against the policy, so every name is defined.
  return { accept: { ...accept, gateway: resolveGateway(policy, accept.gateway) ?? accept.gateway } };
}

/** Whether owner, grant and gateway are the expected ones, or the codes of the reasons are, in any order. */
function isAsExpected({ accept, hold = [] }: Expectation, decision: TestDecision): boolean {
  if (decision.verdict === 'accept') {
    const { owner, grant, gateway } = decision;
    return accept?.owner === owner && accept.grant === grant && accept.gateway === gateway;
  }
  const [codes, expected] = [new Set(decision.reasons.map(({ code }) => code)), new Set(hold)];
  return (
    accept === undefined && codes.size === expected.size && [...codes].every((code) => expected.has(code))
  );
}

/** The expectation as text, in the form of `describeDecision`. */
export function describeExpectation({ accept, hold = [] }: Expectation): string {
  return accept === undefined ? describeHold(hold) : describeAccept(accept);
}

export function describeDecision(decision: TestDecision): string {
  return decision.verdict === 'accept'
    ? describeAccept(decision)
    : describeHold(decision.reasons.map(({ code }) => code));
}

function describeAccept({ owner, grant, gateway }: NonNullable<Expectation['accept']>): string {
  return `accept by ${quote(`${owner}.${grant}`)}, gateway ${quote(gateway)}`;
}

function describeHold(codes: readonly string[]): string {
  return `hold for ${formatList([...new Set(codes)].sort())}`;
}

/** The ID of a gateway that is given by ID or by name; `null` when the policy does not define the name. */
export function resolveGateway(policy: Policy, reference: string): string | null {
  if (gatewayKind(reference) !== null) return reference;
  return allGrants(policy).find(({ gatewayName }) => gatewayName === reference)?.gateway ?? null;
}

/** The names of gateways. All are used by grants: an unused one is an error of the policy. */
export function namedGateways(policy: Policy): string[] {
  const names = allGrants(policy).map(({ gatewayName }) => gatewayName);
  return [...new Set(names.filter((name) => name !== null))];
}

function allGrants({ owners }: Policy): Policy['owners'][number]['grants'] {
  return owners.flatMap(({ grants }) => grants);
}

/** The request of a policy test, and the decision on it. */
export interface EvaluatedRequest {
  readonly request: VirtualInterface;
  readonly decision: TestDecision;
}

/** Decides as a run does: by the policy, then by conflicts with the live interfaces of the test. Gateways are not checked. */
export function evaluatePolicyTest(
  policy: Policy,
  { at, request: written, live = [] }: WrittenPolicyTest,
): EvaluatedRequest {
  const request = buildInterface(policy, written, {
    id: written.id ?? 'dxvif-request',
    state: 'confirming',
    gateway: null,
  });
  const others = live.map(({ state = 'available', gateway, ...fields }, i) =>
    buildInterface(policy, fields, {
      id: fields.id ?? `dxvif-live${i + 1}`,
      state,
      gateway: gateway === undefined ? null : resolveGateway(policy, gateway),
    }),
  );
  const context = {
    interfaces: [request, ...others],
    intents: {},
    acceptances: {},
    damaged: {},
    // The connection in a test is the requester's, never the recipient's own.
    ownConnections: { known: true, ids: new Set<string>() },
    acceptedThisRun: 0,
  } as const;
  // Gateways are not checked: a test does not describe them.
  const decision = decideWithNetworkChecks(policy, request, context, NO_DEADLINE, readInstant(at));
  return { request, decision: toTestDecision(decision) };
}

function toTestDecision(decision: Decision): TestDecision {
  return decision.verdict === 'hold' ? { ...decision, reasons: reportReasons(decision.reasons) } : decision;
}

/** @throws never for a text that the schema accepted */
function readInstant(written: string): Date {
  const instant = parseInstant(written);
  if (instant === null) throw new Error(`the schema accepted the invalid instant ${written}`);
  return new Date(instant);
}

function buildInterface(
  { recipient }: Policy,
  written: WrittenInterface,
  given: Pick<VirtualInterface, 'id' | 'state' | 'gateway'>,
): VirtualInterface {
  return createInterface({
    ...written,
    ...given,
    type: written.type ?? 'private',
    ownerAccount: written.ownerAccount ?? recipient.account,
    peers: (written.peers ?? []).map((peer) => createPeer({ ...peer, ...readKey(peer) })),
  });
}

/** What a run knows of the key of a session. A key that the test does not name is none of the agreed ones. */
function readKey({ key }: TestedSession): Pick<BgpPeer, 'hasKey' | 'agreedKey'> {
  if (key === undefined) return { hasKey: null, agreedKey: null };
  return { hasKey: key !== false, agreedKey: typeof key === 'string' ? key : 'none' };
}
