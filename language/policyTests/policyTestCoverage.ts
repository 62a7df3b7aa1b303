import { holdRuleApplies } from '../../core/decide.ts';
import { canonicalJson } from '../../core/json.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import type { CompiledSource } from '../compilePolicies.ts';
import { type Diagnostic, formatPath, type Path } from '../diagnostic.ts';
import { normaliseHoldRule } from '../normalisePolicy.ts';
import type { EvaluatedRequest } from './evaluatePolicyTest.ts';

/** A grant or a hold rule that no policy test covers, with its position. */
export type UntestedEntry = Pick<Diagnostic, 'file' | 'line' | 'column' | 'path' | 'message' | 'fix'>;

/** Finds the grants by which no test is accepted, and the hold rules by which no test is held. */
export function findUntested(
  { file, policy, validPolicy }: CompiledSource,
  tests: readonly EvaluatedRequest[],
): UntestedEntry[] {
  const acceptingGrants = new Set(
    tests.flatMap(({ decision }) =>
      decision.verdict === 'accept' ? decision.grants.map((grant) => `${decision.owner}.${grant}`) : [],
    ),
  );
  const applyingRuleTexts = applyingRules(policy, tests);
  const describe = (path: Path, message: string, fix: string): UntestedEntry => {
    const at = validPolicy.positions.positionOf(path, 'key');
    return { file, ...at, path: formatPath(path), message, fix };
  };
  const grants = Object.entries(validPolicy.written.owners).flatMap(([owner, { grants: named }]) =>
    Object.keys(named ?? { default: null })
      .filter((grant) => !acceptingGrants.has(`${owner}.${grant}`))
      .map((grant) =>
        describe(
          named === undefined ? ['owners', owner, 'gateway'] : ['owners', owner, 'grants', grant],
          `no policy test is accepted by grant ${quote(`${owner}.${grant}`)}`,
          'add a test that expects `accept:` by this grant',
        ),
      ),
  );
  const rules = (validPolicy.written.hold ?? []).flatMap((rule, i) =>
    applyingRuleTexts.has(canonicalJson(normaliseHoldRule(rule)))
      ? []
      : [
          describe(
            ['hold', i],
            'no policy test is held by this rule',
            'add a test that expects `hold: [held-by-policy]`',
          ),
        ],
  );
  return [...grants, ...rules].sort((a, b) => a.line - b.line || a.column - b.column);
}

function applyingRules({ hold }: Policy, tests: readonly EvaluatedRequest[]): Set<string> {
  const held = tests.filter(({ decision }) => decision.verdict === 'hold');
  const applying = hold.filter((rule) => held.some(({ request }) => holdRuleApplies(rule, request)));
  return new Set(applying.map(canonicalJson));
}
