import { agreedKeyDigests } from '../../core/policy.ts';
import {
  type CompiledPolicy,
  type Diagnostic,
  explainUnknownRegion,
  formatDiagnostic,
} from '../../language/index.ts';
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

/** `doctor`: checks, target by target, that a run would succeed. */
export async function doctor(given: DoctorOptions): Promise<ExitCode> {
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  const environment = checkEnvironment(process.env);
  const { results, rethrow } = await forEachTarget(policies, async (compiled) => ({
    target: compiled.policy.target,
    findings: [...environment, ...(await checkTarget(compiled, options))],
  }));
  rethrow();
  const targets: readonly CheckedTarget[] = [...findingsForErrors(errors), ...results];
  if (options.json) printDocument({ targets });
  else process.stdout.write(`${targets.map(describe).join('\n\n')}\n`);
  if (errors.length > 0) return EXIT.invalidPolicy;
  return targets.some(({ findings }) => findings.some(({ result }) => result === 'fail'))
    ? EXIT.failed
    : EXIT.done;
}

interface CheckedTarget {
  readonly target: string;
  readonly findings: readonly DoctorFinding[];
}

/** Reports invalid policy files in place of their targets, before the valid ones. */
function findingsForErrors(errors: readonly Diagnostic[]): CheckedTarget[] {
  return [...Map.groupBy(errors, ({ file }) => file)].map(([file, own]) => {
    return { target: file, findings: own.map((error) => fail('policy', formatDiagnostic(error))) };
  });
}

async function checkTarget(
  { policy, digest }: CompiledPolicy,
  options: DoctorOptions,
): Promise<DoctorFinding[]> {
  const region = explainUnknownRegion(policy.recipient);
  const connected = connectTarget(policy, options, agreedKeyDigests(policy));
  try {
    return [
      ok('policy', `valid, ${digest}`),
      ...(region === null
        ? []
        : [warn('region', `${region}; fix \`recipient.region\` if it is a typing error`)]),
      ...(await runChecks(policy, connected, readEndpoints(options, policy.recipient), options)),
    ];
  } finally {
    connected.close();
  }
}

function describe({ target, findings }: CheckedTarget): string {
  const paint = paintFor(process.stdout);
  const marks = { ok: paint.good('ok  '), warn: paint.warn('warn'), fail: paint.bad('FAIL') };
  const text = [
    target,
    ...findings.map(({ check, result, message }) => `  ${marks[result]}  ${check}: ${message}`),
  ].join('\n');
  return wrapLines(text, paint.columns);
}
