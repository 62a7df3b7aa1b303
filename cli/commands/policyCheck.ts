import { EXIT, type ExitCode } from '../exit.ts';
import { loadPolicies } from '../policies.ts';

/** `policy check`: compiles every file and says what it is; its faults are thrown, all of them. */
export function policyCheck(named: readonly string[], options: { readonly json?: boolean }): ExitCode {
  const policies = loadPolicies(named);
  if (options.json) {
    const sound = policies.map(({ policy, digest }) => ({ target: policy.target, digest }));
    process.stdout.write(`${JSON.stringify({ policies: sound, faults: [] }, null, 2)}\n`);
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

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
