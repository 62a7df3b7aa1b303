import { NO_DEADLINE } from '../../core/deadline.ts';
import type { Decision } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks } from '../../core/preflightChecks.ts';
import { formatList, quote } from '../../core/printableText.ts';
import { gatewayKind } from '../../core/resourceIds.ts';
import { parseInstant } from '../isoTime.ts';
import type { Expectation, WrittenInterface, WrittenPolicyTest } from './policyTestSchema.ts';

/** One case, tried. Key names are relied on by others: `policy test --json` prints it. */
export interface PolicyTestResult {
  readonly target: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly passed: boolean;
  /** with the gateway's ID */
  readonly expected: Expectation;
  readonly decision: Decision;
}

/** Tries one case: not only what becomes of the request must be as expected, but why. */
export function runPolicyTest(
  policy: Policy,
  one: WrittenPolicyTest,
  place: { readonly file: string; readonly line: number },
): PolicyTestResult & Pick<ReturnType<typeof evaluatePolicyTest>, 'request'> {
  const { request, decision } = evaluatePolicyTest(asMeant(policy, one), one);
  const expected = resolved(policy, one.expect);
  const passed = describeExpectation(expected) === describeDecision(decision);
  const { file, line } = place;
  return { target: policy.target, name: one.name, file, line, passed, expected, decision, request };
}

/**
 * A freeze is for the moment, cases are for what is meant: whatever does not expect the freeze is tried without it, so that a
 * policy with cases can be frozen and deployed at once.
 */
function asMeant(policy: Policy, { expect: { hold = [] } }: WrittenPolicyTest): Policy {
  return hold.includes('frozen') ? policy : { ...policy, freeze: false };
}

function resolved(policy: Policy, { accept, hold }: Expectation): Expectation {
  if (accept === undefined) return { hold };
  // Of a file that goes with its policy, every name is one.
  return { accept: { ...accept, gateway: resolveGateway(policy, accept.gateway) ?? accept.gateway } };
}

/** What must be equal, as it is told: whatever differs shows. */
export function describeExpectation({ accept, hold = [] }: Expectation): string {
  return accept === undefined ? held(hold) : accepted(accept);
}

export function describeDecision(decision: Decision): string {
  return decision.verdict === 'accept' ? accepted(decision) : held(decision.reasons.map(({ code }) => code));
}

function accepted({ owner, grant, gateway }: NonNullable<Expectation['accept']>): string {
  return `accept by ${quote(`${owner}.${grant}`)}, gateway ${quote(gateway)}`;
}

function held(codes: readonly string[]): string {
  return `hold for ${formatList([...new Set(codes)].sort())}`;
}

/** The gateway's ID, by its name in the policy or its ID; `null` when the policy has no such name. */
export function resolveGateway(policy: Policy, reference: string): string | null {
  if (gatewayKind(reference) !== null) return reference;
  return grantsOf(policy).find(({ gatewayName }) => gatewayName === reference)?.gateway ?? null;
}

/** Every name is given by some grant: one that is not would be a fault of the policy. */
export function namedGateways(policy: Policy): string[] {
  const names = grantsOf(policy).map(({ gatewayName }) => gatewayName);
  return [...new Set(names.filter((name) => name !== null))];
}

function grantsOf({ owners }: Policy): Policy['owners'][number]['grants'] {
  return owners.flatMap(({ grants }) => grants);
}

/** What a pass would make of a case, and of which request. */
export interface EvaluatedRequest {
  readonly request: VirtualInterface;
  readonly decision: Decision;
}

/** Decides as a pass does: by the policy, then by what is in the way on the network, as far as the case tells. */
export function evaluatePolicyTest(
  policy: Policy,
  { at, request: written, live = [] }: WrittenPolicyTest,
): EvaluatedRequest {
  const request = interfaceOf(policy, written, { id: 'dxvif-request', state: 'confirming', gateway: null });
  const others = live.map(({ state = 'available', gateway, ...one }, i) =>
    interfaceOf(policy, one, {
      id: `dxvif-live${i + 1}`,
      state,
      gateway: gateway === undefined ? null : resolveGateway(policy, gateway),
    }),
  );
  const world = {
    interfaces: [request, ...others],
    intents: {},
    acceptances: {},
    damaged: {},
    // Of a case the connections are the requester's: it could not be told from ours otherwise.
    ownConnections: { known: true, ids: new Set<string>() },
    acceptedThisRun: 0,
  } as const;
  // The gateway itself is not there to be looked at.
  return { request, decision: decideWithNetworkChecks(policy, request, world, NO_DEADLINE, instantOf(at)) };
}

/** Of what the schema accepted. */
function instantOf(written: string): Date {
  const instant = parseInstant(written);
  if (instant === null) throw new Error(`instant ${written} went unread past the schema`);
  return new Date(instant);
}

function interfaceOf(
  { recipient }: Policy,
  written: WrittenInterface,
  given: Pick<VirtualInterface, 'id' | 'state' | 'gateway'>,
): VirtualInterface {
  return {
    ...given,
    type: 'private',
    ownerAccount: written.ownerAccount ?? recipient.account,
    connection: written.connection,
    name: written.name ?? null,
    location: written.location ?? null,
    region: null,
    vlan: written.vlan ?? null,
    mtu: written.mtu ?? null,
    tags: written.tags ?? null,
    peers: (written.peers ?? []).map(({ asn, amazonAddress, customerAddress, key }) => ({
      asn: asn ?? null,
      amazonAddress: amazonAddress ?? null,
      customerAddress: customerAddress ?? null,
      hasKey: key ?? null,
    })),
    readErrors: [],
    unreadable: [],
  };
}
