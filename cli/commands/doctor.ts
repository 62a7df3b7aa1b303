import type { CompiledPolicy } from '../../language/index.ts';
import { examine } from '../doctor/examine.ts';
import { type Finding, ok } from '../doctor/finding.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { paintFor } from '../output/paint.ts';
import { loadPolicies } from '../policies.ts';
import { type ConnectOptions, connectTarget } from '../target.ts';

export interface DoctorOptions extends ConnectOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

/** `doctor`: what would stop a pass, target by target. */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const policies = loadPolicies(options.policy ?? []);
  const targets: { target: string; findings: readonly Finding[] }[] = [];
  for (const compiled of policies) {
    targets.push({ target: compiled.policy.target, findings: await visit(compiled, options) });
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ targets }, null, 2)}\n`);
  else
    process.stdout.write(
      `${targets.map(({ target, findings }) => describe(target, findings)).join('\n\n')}\n`,
    );
  return targets.some(({ findings }) => findings.some(({ result }) => result === 'bad'))
    ? EXIT.failed
    : EXIT.done;
}

async function visit({ policy, digest }: CompiledPolicy, options: DoctorOptions): Promise<Finding[]> {
  const connected = connectTarget(policy, options);
  try {
    return [ok('policy', `sound, ${digest}`), ...(await examine(policy, connected))];
  } finally {
    connected.close();
  }
}

function describe(target: string, findings: readonly Finding[]): string {
  const paint = paintFor(process.stdout);
  const marks = { ok: paint.good('ok  '), warn: paint.warn('note'), bad: paint.bad('BAD ') };
  return [
    target,
    ...findings.map(({ check, result, message }) => `  ${marks[result]}  ${check}: ${message}`),
  ].join('\n');
}
