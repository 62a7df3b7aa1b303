import {
  type CompiledPolicy,
  type Idle,
  idleGrants,
  type OddPattern,
  oddPatterns,
} from '../../language/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printDocument } from '../output/document.ts';
import { paintFor } from '../output/paint.ts';
import { loadPolicies } from '../policies.ts';

/**
 * `policy check`: compiles every file and says what it is, which grants accept nothing, and which values look like patterns and are none;
 * its faults are thrown, all of them.
 */
export function policyCheck(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const policies = loadPolicies(named);
  const idle = policies.flatMap((compiled) => warnings(compiled, new Date()));
  const odd = policies.flatMap(({ file, policy }) => oddPatterns(policy).map((one) => ({ file, ...one })));
  const lines = [...idle.map(told), ...odd.map(toldOdd)];
  process.stderr.write(
    lines.map((line) => `${paintFor(process.stderr).warn('warning:')} ${line}\n`).join(''),
  );
  if (options.json) {
    const sound = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    printDocument({ policies: sound, warnings: [...idle, ...odd], faults: [] });
    return EXIT.done;
  }
  for (const { policy, digest } of policies) {
    const { target, recipient, owners, hold, freeze } = policy;
    const grants = owners.reduce((sum, owner) => sum + owner.grants.length, 0);
    process.stdout.write(
      `${target}: sound; ${recipient.provider} ${recipient.region} ${recipient.account}, ` +
        `${counted(owners.length, 'owner')}, ${counted(grants, 'grant')}, ${counted(hold.length, 'hold line')}` +
        `${freeze ? ', FROZEN: everything is held' : ''}; ${digest}\n`,
    );
  }
  return EXIT.done;
}

interface Warning extends Idle {
  readonly file: string;
}

function warnings({ file, policy }: CompiledPolicy, at: Date): Warning[] {
  return idleGrants(policy, at).map((idle) => ({ file, ...idle }));
}

function told({ file, owner, grant, why }: Warning): string {
  return `${file}: owners.${owner}.grants.${grant} accepts nothing: ${why}; remove it, or mend it`;
}

function toldOdd({ file, owner, grant, why }: OddPattern & { readonly file: string }): string {
  return `${file}: ${owner === null ? 'hold' : `owners.${owner}.grants.${grant}`}: ${why}`;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
