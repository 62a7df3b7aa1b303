import { relative } from 'node:path';
import { escapeInvisible, formatFirst } from '../../core/printableText.ts';
import { type CompiledPolicy, git } from '../../language/index.ts';
import type { ActionResult } from '../github/applyActions.ts';
import { type LedgerOptions, openLedger, withLedgerOption } from '../ledgerOptions.ts';
import { loadValidPolicies, printPolicyErrors } from '../loadPolicies.ts';
import { EXIT, type ExitCode, parseAtOption, UsageError } from '../options.ts';
import { startProgress } from '../output/progress.ts';
import { describeProblems, type Paint, paintFor } from '../output/terminal.ts';
import {
  proposeRequests,
  readProposalSource,
  surveyRequests,
  type TargetSurvey,
} from '../propose/collectRequests.ts';
import { type ForgeAction, localForge, planActions, type TargetRequests } from '../propose/planActions.ts';
import { NOTHING_WORDS } from '../propose/remarkText.ts';
import { writeProposals } from '../propose/writeProposals.ts';
import { forEachTarget, type RunTargetOptions } from '../runTarget.ts';
import { collectStatus } from '../status/collectStatus.ts';

export interface ProposeOptions extends RunTargetOptions, LedgerOptions {
  readonly policy?: readonly string[];
  readonly base?: string;
  readonly repository?: string;
  readonly max: number;
  readonly at?: string;
  readonly dryRun?: boolean;
  readonly output?: string;
}

/** `policy propose`: one pull request for each held request that an edit can accept. Reads from the provider only. */
export async function policyPropose(given: ProposeOptions): Promise<ExitCode> {
  const now = parseAtOption(given.at);
  const { policies, errors } = loadValidPolicies(given.policy ?? []);
  const options = withLedgerOption(given, policies);
  // Imported here, because only this command and `policy review --comment` need it.
  const github = await import('../github/repository.ts');
  const settings =
    options.output === undefined ? github.readRepositorySettings(process.env, options.repository) : null;
  if (settings === null && options.output === undefined && !options.dryRun)
    throw new UsageError(
      'GITHUB_TOKEN is not set: set it to a token that may write contents and pull requests, or use `--output DIR` for another forge, or `--dry-run`',
    );
  const { surveys, isComplete } = await surveyTargets(policies, options);
  if (surveys.length === 0) return finish(errors, false);
  const { max } = options;
  if (settings === null) {
    const unknown = localForge([]);
    const targets = proposeRequests(surveys, unknown, max, now);
    printLocal(targets, options);
    return finish(errors, isComplete);
  }
  const { readForge } = await import('../github/readForge.ts');
  const warn = (line: string): void => {
    process.stderr.write(`${paintFor(process.stderr).warn('warning:')} ${line}\n`);
  };
  const repository = github.openRepository(settings, warn);
  const forge = await readForge(repository, options.base ?? null);
  if (forge.isPublic)
    warn(
      'the repository is public: everyone can read connections, accounts and names in the proposals; make it private',
    );
  const actions = planActions(proposeRequests(surveys, forge, max, now), forge);
  // Where the checkout is the base branch itself, a later run finds the same.
  const isStale = actions.some(isStaleFile) && readHeadCommit() === forge.baseCommit;
  if (options.dryRun) {
    printActions(actions, []);
    return finish(errors, isComplete && !isStale);
  }
  const { applyActions } = await import('../github/applyActions.ts');
  const results = await applyActions(repository, forge, actions);
  printActions(actions, results);
  return finish(errors, isComplete && !isStale && results.every(({ outcome }) => outcome !== 'failed'));
}

function isStaleFile(action: ForgeAction): boolean {
  return action.kind === 'nothing' && action.code === 'stale-files';
}

/** The commit of the checkout; `null`: unknown. */
function readHeadCommit(): string | null {
  const { status, stdout } = git('.', ['rev-parse', '--verify', '--quiet', 'HEAD']);
  return status === 0 ? stdout.trim() : null;
}

function finish(errors: Parameters<typeof printPolicyErrors>[0], isDone: boolean): ExitCode {
  printPolicyErrors(errors, { invalid: 'not shown', others: 'are shown' });
  if (errors.length > 0) return EXIT.invalidPolicy;
  return isDone ? EXIT.done : EXIT.failed;
}

/** Makes a plan of every target. A target that fails gets no proposals, and none of its pull requests is closed. */
async function surveyTargets(
  policies: readonly CompiledPolicy[],
  options: ProposeOptions,
): Promise<{ readonly surveys: readonly TargetSurvey[]; readonly isComplete: boolean }> {
  const sources = new Map(
    policies.map((compiled) => [compiled, readProposalSource(compiled, options.output === undefined)]),
  );
  const ledger = openLedger(options);
  const progress = startProgress(process.stderr, policies.length);
  const { results, rethrow } = await forEachTarget(policies, async (compiled) => {
    const facts = await collectStatus(compiled, options, ledger, progress);
    const source = sources.get(compiled);
    return { facts, survey: source === undefined ? null : surveyRequests(source, facts) };
  });
  progress.stop();
  if (results.length === 0) rethrow();
  const paint = paintFor(process.stderr);
  process.stderr.write(results.map(({ facts: { report } }) => describeProblems(report, paint)).join(''));
  rethrow();
  return {
    surveys: results.flatMap(({ survey }) => (survey === null ? [] : [survey])),
    isComplete: results.every(({ survey }) => survey?.isComplete),
  };
}

/** Writes the proposals as files, or prints what they would be where the forge is not known. */
function printLocal(targets: readonly TargetRequests[], { output }: ProposeOptions): void {
  const proposals = targets.flatMap((target) => target.proposals);
  const written = output === undefined ? null : writeProposals(output, proposals);
  printActions(planActions(targets, localForge(proposals.flatMap(({ files }) => files))), []);
  if (output === undefined)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} GITHUB_TOKEN is not set, so pull requests that exist already are not known\n`,
    );
  else process.stdout.write(`wrote ${written} files below ${relative('.', output) || '.'}\n`);
}

/** Prints one line for each action. @param results empty: nothing was executed */
function printActions(actions: readonly ForgeAction[], results: readonly ActionResult[]): void {
  const paint = paintFor(process.stdout);
  const lines = actions.map((action) => {
    const result = results.find((one) => one.action === action);
    return `${describeAction(action, result?.pull ?? null)}${result === undefined ? '' : describeResult(result, paint)}`;
  });
  const leftOut = actions.filter((action) => action.kind === 'nothing' && action.code === 'left-out').length;
  if (lines.length === 0) lines.push('no request is pending');
  if (leftOut > 0) lines.push(paint.warn(`${leftOut} held requests have no pull request: see \`--max\``));
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function describeResult({ outcome, message }: ActionResult, paint: Paint): string {
  if (outcome === 'done') return '';
  const text = escapeInvisible(message);
  return outcome === 'conflict'
    ? ` — ${paint.warn(`not done: ${text}`)}`
    : ` — ${paint.bad(`failed: ${text}`)}`;
}

function describeAction(action: ForgeAction, opened: number | null): string {
  switch (action.kind) {
    case 'create': {
      const { proposal } = action;
      const kind = proposal.kind === 'draft' ? 'draft' : 'pull request';
      return `${opened === null ? `new ${kind}` : `opened ${kind} #${opened}`}: ${proposal.title} (branch ${proposal.branch})`;
    }
    case 'update':
      return `update #${action.pull.number}: ${action.proposal.title} (${[action.changesFiles ? 'files' : '', action.changesText ? 'text' : ''].filter(Boolean).join(' and ')})`;
    case 'close':
      return `close #${action.pull.number}: ${action.key} (${action.ending})`;
    case 'remark':
      return `leave #${action.pull.number}: ${action.key} (${action.remark.code}; a comment says so)`;
    case 'nothing': {
      const what = action.pull === null ? 'no pull request for' : `#${action.pull} stays as it is, for`;
      const why = action.why.length === 0 ? '' : `: ${formatFirst(action.why, 5)}`;
      return `${what} ${action.key}: ${NOTHING_WORDS[action.code]}${why}`;
    }
    default:
      return action satisfies never;
  }
}
