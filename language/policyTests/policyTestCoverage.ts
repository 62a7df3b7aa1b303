import { type Decision, holdRuleApplies } from '../../core/decide.ts';
import { canonicalJson } from '../../core/json.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import type { CompiledSource } from '../compilePolicies.ts';
import { type Diagnostic, formatPath, type Path } from '../diagnostic.ts';
import { normaliseHoldRule } from '../normalisePolicy.ts';

/** A grant or a hold rule that no policy test covers, with its position. */
export type UntestedEntry = Pick<Diagnostic, 'file' | 'line' | 'column' | 'path' | 'message' | 'fix'>;

interface Decided {
  readonly request: VirtualInterface;
  readonly decision: Decision;
}

/** Finds the grants by which no test is accepted, and the hold rules by which no test is held. */
export function findUntested(
  { file, policy, validPolicy }: CompiledSource,
  cases: readonly Decided[],
): UntestedEntry[] {
  const granting = new Set(
    cases.flatMap(({ decision }) =>
      decision.verdict === 'accept' ? decision.grants.map((grant) => `${decision.owner}.${grant}`) : [],
    ),
  );
  const holding = linesAtWork(policy, cases);
  const tell = (path: Path, message: string, fix: string): UntestedEntry => {
    const at = validPolicy.positions.positionOf(path, 'key');
    return { file, ...at, path: formatPath(path), message, fix };
  };
  const grants = Object.entries(validPolicy.written.owners).flatMap(([owner, { grants: named }]) =>
    Object.keys(named ?? { default: null })
      .filter((grant) => !granting.has(`${owner}.${grant}`))
      .map((grant) =>
        tell(
          named === undefined ? ['owners', owner, 'gateway'] : ['owners', owner, 'grants', grant],
          `no policy test is accepted by grant ${quote(`${owner}.${grant}`)}`,
          'add a test that expects `accept:` by this grant',
        ),
      ),
  );
  const lines = (validPolicy.written.hold ?? []).flatMap((line, i) =>
    holding.has(canonicalJson(normaliseHoldRule(line)))
      ? []
      : [
          tell(
            ['hold', i],
            'no policy test is held by this rule',
            'add a test that expects `hold: [held-by-policy]`',
          ),
        ],
  );
  return [...grants, ...lines].sort((a, b) => a.line - b.line || a.column - b.column);
}

function linesAtWork({ hold }: Policy, cases: readonly Decided[]): Set<string> {
  const held = cases.filter(({ decision }) => decision.verdict === 'hold');
  const atWork = hold.filter((line) => held.some(({ request }) => holdRuleApplies(line, request)));
  return new Set(atWork.map(canonicalJson));
}
