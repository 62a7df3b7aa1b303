import { type CompiledPolicy, type Fault, formatFault, oddRegion } from '../../language/index.ts';
import { type ConnectOptions, connectTarget, readEndpoints } from '../connectTarget.ts';
import { type DoctorFinding, fail, ok, warn } from '../doctor/doctorFinding.ts';
import { checkEnvironment } from '../doctor/environmentChecks.ts';
import { runChecks } from '../doctor/runChecks.ts';
import { type LedgerOptions, withLedgerOption } from '../ledgerOptions.ts';
import { loadValidPolicies } from '../loadPolicies.ts';
import { EXIT, type ExitCode } from '../options.ts';
import { paintFor, printDocument, wrapLines } from '../output/terminal.ts';
import { forEachTarget } from '../runTarget.ts';

export interface DoctorOptions extends ConnectOptions, LedgerOptions {
  readonly policy?: readonly string[];
  readonly json?: boolean;
}

/** `doctor`: what would stop a pass, target by target. */
export async function doctor(given: DoctorOptions): Promise<ExitCode> {
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  const surroundings = checkEnvironment(process.env);
  const { results, rethrow } = await forEachTarget(policies, async (compiled) => ({
    target: compiled.policy.target,
    findings: [...surroundings, ...(await visit(compiled, options))],
  }));
  rethrow();
  const targets: readonly Examined[] = [...broken(errors), ...results];
  if (options.json) printDocument({ targets });
  else process.stdout.write(`${targets.map(describe).join('\n\n')}\n`);
  if (errors.length > 0) return EXIT.invalidPolicy;
  return targets.some(({ findings }) => findings.some(({ result }) => result === 'bad'))
    ? EXIT.failed
    : EXIT.done;
}

interface Examined {
  readonly target: string;
  readonly findings: readonly DoctorFinding[];
}

/** Files that are no target: told in their place, before the others. */
function broken(faults: readonly Fault[]): Examined[] {
  return [...new Set(faults.map(({ file }) => file))].map((file) => {
    const own = faults.filter((fault) => fault.file === file);
    return { target: file, findings: own.map((fault) => fail('policy', formatFault(fault))) };
  });
}

async function visit({ policy, digest }: CompiledPolicy, options: DoctorOptions): Promise<DoctorFinding[]> {
  const region = oddRegion(policy.recipient);
  const connected = connectTarget(policy, options);
  try {
    return [
      ok('policy', `valid, ${digest}`),
      ...(region === null ? [] : [warn('region', `${region}; fix \`recipient.region\`, if it is a slip`)]),
      ...(await runChecks(policy, connected, readEndpoints(options, policy.recipient), options)),
    ];
  } finally {
    connected.close();
  }
}

function describe({ target, findings }: Examined): string {
  const paint = paintFor(process.stdout);
  const marks = { ok: paint.good('ok  '), warn: paint.warn('warn'), bad: paint.bad('FAIL') };
  const text = [
    target,
    ...findings.map(({ check, result, message }) => `  ${marks[result]}  ${check}: ${message}`),
  ].join('\n');
  return wrapLines(text, paint.columns);
}
