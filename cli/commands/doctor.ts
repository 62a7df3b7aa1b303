import type { LoadedPolicy } from '../../lambda/core/policy.ts';
import { PassFailure } from '../../lambda/errors.ts';
import { examine } from '../doctor/examine.ts';
import { bad, type Finding, ok } from '../doctor/finding.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { paintFor } from '../output/report.ts';
import { policyFiles } from '../paths.ts';
import { loadPolicies } from '../policies.ts';
import { type ConnectOptions, connectTarget } from '../target.ts';

export interface DoctorOptions extends ConnectOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

/** `doctor`: what would stop a pass, target by target. */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const policies = loadPolicies(policyFiles(options.policy ?? [], process.env));
  const targets: { target: string; findings: readonly Finding[] }[] = [];
  for (const loaded of policies)
    targets.push({ target: loaded.policy.target, findings: await visit(loaded, options) });
  if (options.json) process.stdout.write(`${JSON.stringify({ targets }, null, 2)}\n`);
  else
    process.stdout.write(
      `${targets.map(({ target, findings }) => describe(target, findings)).join('\n\n')}\n`,
    );
  return targets.some(({ findings }) => findings.some(({ result }) => result === 'bad'))
    ? EXIT.failed
    : EXIT.done;
}

async function visit(loaded: LoadedPolicy, options: DoctorOptions): Promise<Finding[]> {
  const policy = ok('policy', `sound, ${loaded.digest}`);
  try {
    const connected = await connectTarget(loaded, options);
    try {
      return [policy, ...(await examine(loaded.policy, connected))];
    } finally {
      connected.close();
    }
  } catch (error) {
    if (error instanceof PassFailure) return [policy, bad('credentials', error.message)];
    throw error;
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
