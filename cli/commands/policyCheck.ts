import { type CompiledPolicy, type Idle, idleGrants, oddPatterns, oddRegion } from '../../language/index.ts';
import { loadPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { paintFor, printDocument, wrapLines } from '../output/terminal.ts';

/**
 * `policy check`: compiles every file and says what it is, which grants accept nothing, and which values look like patterns and are none;
 * its faults are thrown, all of them.
 */
export function policyCheck(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const policies = loadPolicies(named);
  const warnings = policies.flatMap((compiled) => warningsOn(compiled, new Date()));
  process.stderr.write(
    warnings.map((one) => `${paintFor(process.stderr).warn('warning:')} ${inWords(one)}\n`).join(''),
  );
  if (options.json) {
    const sound = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    printDocument({ policies: sound, warnings, faults: [] });
    return EXIT.done;
  }
  for (const { policy, digest } of policies) {
    const { target, recipient, owners, hold, freeze } = policy;
    const grants = owners.reduce((sum, owner) => sum + owner.grants.length, 0);
    const line =
      `${target}: valid; ${recipient.provider} ${recipient.region} ${recipient.account}, ` +
      `${counted(owners.length, 'owner')}, ${counted(grants, 'grant')}, ${counted(hold.length, 'hold line')}` +
      `${freeze ? ', FROZEN: everything is held' : ''}; ${digest}`;
    process.stdout.write(`${wrapLines(line, paintFor(process.stdout).columns)}\n`);
  }
  return EXIT.done;
}

/** A grant that accepts nothing, or a value at `path` that is probably a slip. */
type Warning = { readonly file: string } & (Idle | { readonly path: string; readonly why: string });

function warningsOn({ file, policy, warnings }: CompiledPolicy, at: Date): Warning[] {
  const region = oddRegion(policy.recipient);
  return [
    ...warnings.map(({ path, message }) => ({ file, path, why: message })),
    ...(region === null ? [] : [{ file, path: 'recipient.region', why: region }]),
    ...idleGrants(policy, at).map((idle) => ({ file, ...idle })),
    ...oddPatterns(policy).map((odd) => ({ file, ...odd })),
  ];
}

function inWords(warning: Warning): string {
  const { file, why } = warning;
  if ('path' in warning) return `${file}: ${warning.path}: ${why}; fix it, if it is a slip`;
  return `${file}: owners.${warning.owner}.grants.${warning.grant} accepts nothing: ${why}; remove it, or fix it`;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
