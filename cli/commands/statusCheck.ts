import { printableJson } from '../../core/json.ts';
import { recipientKey } from '../../core/policy.ts';
import { escapeInvisible } from '../../core/printableText.ts';
import type { Sorted } from '../../language/index.ts';
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
import { EXIT, type ExitCode, InvalidPolicies } from '../options.ts';
import type { Progress } from '../output/progress.ts';
import { forEachTarget } from '../runTarget.ts';
import { collectStatus } from '../status/collectStatus.ts';
import { renderStatusPage } from '../status/htmlPage.ts';
import { buildTargetView, type TargetView } from '../status/targetView.ts';
import { preparePageFile, type StatusOptions } from './status.ts';

/** Six intervals of the timer and of the function. */
const MAX_AGE_SECONDS = 30 * 60;

/**
 * `status --check`: one line for each thing that needs a person, and exit code 1; nothing and 0 when all is well. Asks the
 * provider no more than `status` does, and writes only what it reported.
 */
export async function statusCheck(given: StatusOptions): Promise<ExitCode> {
  const { policies, errors } = soundOrFaults(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  // Before the work, so that a mistyped path costs no minute.
  const file = options.html === undefined ? null : preparePageFile(options.html);
  const ledger = openLedger(options);
  const place = ledgerPath(options);
  const statePath = checkStatePath(process.env, place, parseLedgerTable(place));
  const { results, rethrow } = await forEachTarget(policies, async (compiled): Promise<Checked> => {
    const facts = await collectStatus(compiled, options, ledger, SILENT);
    const isRecorded = facts.recordsFailure === null;
    return { view: buildTargetView(facts), key: recipientKey(facts.policy.recipient), isRecorded };
  });
  const state = await readCheckState(statePath);
  const compare = comparedWith(state, options.maxAge ?? MAX_AGE_SECONDS);
  const checks = results.map(compare);
  const findings = [
    ...errors.map(invalidPolicyFinding),
    ...checks.flatMap((check) => check.findings),
    ...about('check-state', state.problem),
    ...about(
      'failed',
      file?.write(
        renderStatusPage(
          results.map(({ view }) => view),
          errors,
        ),
      ) ?? null,
    ),
  ];
  const isReported = await report(findings, options.json ?? false);
  // Fail closed: what was not reported must not count as reported.
  const unwritten = isReported ? await remember(statePath, state, checks) : null;
  if (unwritten !== null) {
    const isData = options.json ?? false;
    (isData ? process.stderr : process.stdout).write(`check-state: ${unwritten}\n`);
  }
  rethrow();
  if (errors.length > 0) return EXIT.invalidPolicy;
  return findings.length > 0 || unwritten !== null ? EXIT.failed : EXIT.done;
}

/** One checked target. */
interface Checked {
  readonly view: TargetView;
  readonly key: string;
  /** whether what ended is known */
  readonly isRecorded: boolean;
}

interface Compared {
  readonly key: string;
  readonly findings: readonly StatusFinding[];
  /** for the next check; `null`: what ended is not known, so that the next one must look as far back as this one */
  readonly next: LastCheck | null;
}

function comparedWith({ targets }: CheckState, maxAgeSeconds: number): (checked: Checked) => Compared {
  return ({ view, key, isRecorded }) => {
    const last = targets.get(key) ?? null;
    const expired = findNewlyExpired(view.ended, view.at, last);
    const findings = collectFindings(view, { maxAgeSeconds, expired });
    return { key, findings, next: isRecorded ? nextLastCheck(view.ended, view.at, last, expired) : null };
  };
}

function remember(path: string, state: CheckState, checks: readonly Compared[]): Promise<string | null> {
  const known = checks.flatMap(({ key, next }) => (next === null ? [] : [[key, next] as const]));
  return known.length === 0 ? Promise.resolve(null) : writeCheckState(path, state, new Map(known));
}

function about(code: 'check-state' | 'failed', message: string | null): StatusFinding[] {
  return message === null ? [] : [{ target: null, code, id: null, message }];
}

/** @returns whether it was written to its end */
function report(findings: readonly StatusFinding[], json: boolean): Promise<boolean> {
  const text = json
    ? `${printableJson({ format: 1, findings }, 2)}\n`
    : findings.map((finding) => `${escapeInvisible(formatFinding(finding))}\n`).join('');
  if (text === '') return Promise.resolve(true);
  return new Promise((done) => {
    process.stdout.write(text, (error) => done(error == null));
  });
}

/** An invalid policy is a finding like any other, even where no policy is valid. */
function soundOrFaults(named: readonly string[]): Pick<Sorted, 'policies' | 'errors'> {
  try {
    return loadValidPolicies(named);
  } catch (error) {
    if (!(error instanceof InvalidPolicies)) throw error;
    return { policies: [], errors: error.errors };
  }
}

/** cron sends standard error too. */
const SILENT: Progress = {
  watch: (_target, ports) => ports,
  finish: () => undefined,
  stop: () => undefined,
};
