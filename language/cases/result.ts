import type { Decision } from '../../core/decide.ts';
import type { Policy } from '../../core/policy.ts';
import { list, quote } from '../../core/printableText.ts';
import { decided } from '../policyTests/evaluatePolicyTest.ts';
import type { Expectation, WrittenCase } from '../policyTests/policyTestSchema.ts';
import { gatewayOf } from './gateways.ts';

/** One case, tried. Key names are relied on by others: `policy test --json` prints it. */
export interface CaseResult {
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
export function tried(
  policy: Policy,
  one: WrittenCase,
  place: { readonly file: string; readonly line: number },
): CaseResult & Pick<ReturnType<typeof decided>, 'request'> {
  const { request, decision } = decided(asMeant(policy, one), one);
  const expected = resolved(policy, one.expect);
  const passed = inWords(expected) === gotInWords(decision);
  const { file, line } = place;
  return { target: policy.target, name: one.name, file, line, passed, expected, decision, request };
}

/**
 * A freeze is for the moment, cases are for what is meant: whatever does not expect the freeze is tried without it, so that a
 * policy with cases can be frozen and deployed at once.
 */
function asMeant(policy: Policy, { expect: { hold = [] } }: WrittenCase): Policy {
  return hold.includes('frozen') ? policy : { ...policy, freeze: false };
}

function resolved(policy: Policy, { accept, hold }: Expectation): Expectation {
  if (accept === undefined) return { hold };
  // Of a file that goes with its policy, every name is one.
  return { accept: { ...accept, gateway: gatewayOf(policy, accept.gateway) ?? accept.gateway } };
}

/** What must be equal, as it is told: whatever differs shows. */
export function inWords({ accept, hold = [] }: Expectation): string {
  return accept === undefined ? held(hold) : accepted(accept);
}

export function gotInWords(decision: Decision): string {
  return decision.verdict === 'accept' ? accepted(decision) : held(decision.reasons.map(({ code }) => code));
}

function accepted({ owner, grant, gateway }: NonNullable<Expectation['accept']>): string {
  return `accept by ${quote(`${owner}.${grant}`)}, gateway ${quote(gateway)}`;
}

function held(codes: readonly string[]): string {
  return `hold for ${list([...new Set(codes)].sort())}`;
}
