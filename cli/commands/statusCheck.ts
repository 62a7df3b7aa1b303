import { printableJson } from '../../core/json.ts';
import { recipientKey } from '../../core/policy.ts';
import { escapeInvisible } from '../../core/printableText.ts';
import type { CompileResults } from '../../language/index.ts';
import {
  type CheckState,
  findNewlyExpired,
  type LastCheck,
  nextLastCheck,
  readCheckState,
  writeCheckState,
} from '../check/checkState.ts';
import {
  collectFindings,
  formatFinding,
  invalidPolicyFinding,
  type StatusFinding,
} from '../check/statusFindings.ts';
import {
  checkStatePath,
  ledgerPath,
  openLedger,
  parseLedgerTable,
  withLedgerOption,
} from '../ledgerOptions.ts';
import { loadValidPolicies } from '../loadPolicies.ts';
import { measureStatus } from '../metrics/measuredTargets.ts';
import { checkMetricsPath, writeMetrics } from '../metrics/metricsFile.ts';
import { EXIT, type ExitCode, InvalidPolicies } from '../options.ts';
import type { Progress } from '../output/progress.ts';
import { forEachTarget } from '../runTarget.ts';
import { collectStatus, type TargetFacts } from '../status/collectStatus.ts';
import { renderStatusPage } from '../status/htmlPage.ts';
import { buildTargetView, type TargetView } from '../status/targetView.ts';
import { preparePageFile, type StatusOptions } from './status.ts';

/** Default of --max-age: six intervals of the timer and of the function. */
const MAX_AGE_SECONDS = 30 * 60;

/**
 * `status --check`: prints one line per problem that needs a person. Calls the same APIs as `status`, and writes only which expired
 * requests it reported.
 */
export async function statusCheck(given: StatusOptions): Promise<ExitCode> {
  // Checked before the listing, so that a mistyped path is reported at once.
  if (given.metrics !== undefined) await checkMetricsPath(given.metrics);
  const { policies, errors } = loadPoliciesOrErrors(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  const file = options.html === undefined ? null : preparePageFile(options.html);
  const ledger = openLedger(options);
  const path = ledgerPath(options);
  const statePath = checkStatePath(process.env, path, parseLedgerTable(path));
  const { results, rethrow } = await forEachTarget(policies, async (compiled): Promise<Checked> => {
    const facts = await collectStatus(compiled, options, ledger, SILENT);
    const isRecorded = facts.recordsFailure === null;
    return { facts, view: buildTargetView(facts), key: recipientKey(facts.policy.recipient), isRecorded };
  });
  const unmeasured = await writeMetrics(options.metrics, () =>
    measureStatus(
      { policies, errors },
      results.map(({ facts }) => facts),
    ),
  );
  const state = await readCheckState(statePath);
  const compare = createComparison(state, options.maxAge ?? MAX_AGE_SECONDS);
  const checks = results.map(compare);
  const findings = [
    ...errors.map(invalidPolicyFinding),
    ...checks.flatMap((check) => check.findings),
    ...findingWithoutTarget('check-state', state.problem),
    ...findingWithoutTarget(
      'failed',
      file?.write(
        renderStatusPage(
          results.map(({ view }) => view),
          errors,
        ),
      ) ?? null,
    ),
  ];
  const isPrinted = await printFindings(findings, options.json ?? false);
  // Fail closed: a finding that was not printed must not count as reported.
  const unwritten = isPrinted ? await recordChecks(statePath, state, checks) : null;
  if (unwritten !== null) {
    const output = options.json ? process.stderr : process.stdout;
    output.write(`check-state: ${unwritten}\n`);
  }
  rethrow();
  if (errors.length > 0) return EXIT.invalidPolicy;
  return findings.length > 0 || unwritten !== null || unmeasured ? EXIT.failed : EXIT.done;
}

/** One checked target. */
interface Checked {
  readonly facts: TargetFacts;
  readonly view: TargetView;
  readonly key: string;
  /** whether the history records could be read */
  readonly isRecorded: boolean;
}

interface Compared {
  readonly key: string;
  readonly findings: readonly StatusFinding[];
  /** record for the next check; `null`: the history is not known, so the next check must cover the same period again */
  readonly next: LastCheck | null;
}

/** Creates the function that compares a target with its last check. */
function createComparison({ targets }: CheckState, maxAgeSeconds: number): (checked: Checked) => Compared {
  return ({ view, key, isRecorded }) => {
    const last = targets.get(key) ?? null;
    const expired = findNewlyExpired(view.ended, view.at, last);
    const findings = collectFindings(view, { maxAgeSeconds, expired });
    return { key, findings, next: isRecorded ? nextLastCheck(view.ended, view.at, last, expired) : null };
  };
}

/** Writes the records for the next check. @returns why that failed; `null` when it succeeded */
function recordChecks(path: string, state: CheckState, checks: readonly Compared[]): Promise<string | null> {
  const known = checks.flatMap(({ key, next }) => (next === null ? [] : [[key, next] as const]));
  return known.length === 0 ? Promise.resolve(null) : writeCheckState(path, state, new Map(known));
}

function findingWithoutTarget(code: 'check-state' | 'failed', message: string | null): StatusFinding[] {
  return message === null ? [] : [{ target: null, code, id: null, message }];
}

/** Prints the findings. @returns whether all of them were written */
function printFindings(findings: readonly StatusFinding[], json: boolean): Promise<boolean> {
  const text = json
    ? `${printableJson({ format: 1, findings }, 2)}\n`
    : findings.map((finding) => `${escapeInvisible(formatFinding(finding))}\n`).join('');
  if (text === '') return Promise.resolve(true);
  return new Promise((done) => {
    process.stdout.write(text, (error) => done(error == null));
  });
}

/** Loads the policies. An invalid policy file is a finding like any other, even when no file is valid. */
function loadPoliciesOrErrors(named: readonly string[]): Pick<CompileResults, 'policies' | 'errors'> {
  try {
    return loadValidPolicies(named);
  } catch (error) {
    if (!(error instanceof InvalidPolicies)) throw error;
    return { policies: [], errors: error.errors };
  }
}

/** No progress lines, because cron mails standard error too. */
const SILENT: Progress = {
  watch: (_target, ports) => ports,
  finish: () => undefined,
  stop: () => undefined,
};
