import { concerns, type Decision } from '../../core/decide.ts';
import { canonicalJson } from '../../core/json.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import type { CompiledSource } from '../compilePolicies.ts';
import { type Fault, formatPath, type Path } from '../diagnostic.ts';
import { holdLineOf } from '../normalisePolicy.ts';

/** A grant or a `hold` line that no case shows at work, and where it stands. */
export type Unexercised = Pick<Fault, 'file' | 'line' | 'column' | 'path' | 'message' | 'mend'>;

interface Decided {
  readonly request: VirtualInterface;
  readonly decision: Decision;
}

/** What of a policy none of its cases shows at work. */
export function unexercised(
  { file, policy, sound }: CompiledSource,
  cases: readonly Decided[],
): Unexercised[] {
  const granting = new Set(
    cases.flatMap(({ decision }) =>
      decision.verdict === 'accept' ? decision.grants.map((grant) => `${decision.owner}.${grant}`) : [],
    ),
  );
  const holding = linesAtWork(policy, cases);
  const tell = (path: Path, message: string, mend: string): Unexercised => {
    const at = sound.places.position(path, 'key');
    return { file, ...at, path: formatPath(path), message, mend };
  };
  const grants = Object.entries(sound.written.owners).flatMap(([owner, { grants: named }]) =>
    Object.keys(named ?? { default: null })
      .filter((grant) => !granting.has(`${owner}.${grant}`))
      .map((grant) =>
        tell(
          named === undefined ? ['owners', owner, 'gateway'] : ['owners', owner, 'grants', grant],
          `no case is accepted by grant ${quote(`${owner}.${grant}`)}`,
          'add a case that expects `accept:` by it',
        ),
      ),
  );
  const lines = (sound.written.hold ?? []).flatMap((line, i) =>
    holding.has(canonicalJson(holdLineOf(line)))
      ? []
      : [
          tell(
            ['hold', i],
            'no case is held by this line',
            'add a case that expects `hold: [held-by-policy]`',
          ),
        ],
  );
  return [...grants, ...lines].sort((a, b) => a.line - b.line || a.column - b.column);
}

function linesAtWork({ hold }: Policy, cases: readonly Decided[]): Set<string> {
  const held = cases.filter(({ decision }) => decision.verdict === 'hold');
  const atWork = hold.filter((line) => held.some(({ request }) => concerns(line, request)));
  return new Set(atWork.map(canonicalJson));
}
