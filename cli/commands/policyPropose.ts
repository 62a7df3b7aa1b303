import { relative } from 'node:path';
import { escapeInvisible, formatFirst } from '../../core/printableText.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import type { ActionResult } from '../github/applyActions.ts';
import { type LedgerOptions, openLedger, withLedgerOption } from '../ledgerOptions.ts';
import { loadValidPolicies, printPolicyErrors } from '../loadPolicies.ts';
import { EXIT, type ExitCode, parseAtOption, UsageError } from '../options.ts';
import { startProgress } from '../output/progress.ts';
import { describeProblems, type Paint, paintFor } from '../output/terminal.ts';
import { collectRequests, readProposalSource } from '../propose/collectRequests.ts';
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
  const { targets, isComplete } = await collectTargets(policies, options, now);
  if (targets.length === 0) return finish(errors, false);
  if (settings === null) return finish(errors, printLocal(targets, options) && isComplete);
  const { readForge } = await import('../github/readForge.ts');
  const repository = github.openRepository(settings, (line) => {
    process.stderr.write(`${line}\n`);
  });
  const forge = await readForge(repository, options.base ?? null);
  const actions = planActions(targets, forge, options.max);
  if (options.dryRun) {
    printActions(actions, []);
    return finish(errors, isComplete);
  }
  const { applyActions } = await import('../github/applyActions.ts');
  const results = await applyActions(repository, forge, actions);
  printActions(actions, results);
  return finish(errors, isComplete && results.every(({ outcome }) => outcome !== 'failed'));
}

function finish(errors: Parameters<typeof printPolicyErrors>[0], isDone: boolean): ExitCode {
  printPolicyErrors(errors, { invalid: 'not shown', others: 'are shown' });
  if (errors.length > 0) return EXIT.invalidPolicy;
  return isDone ? EXIT.done : EXIT.failed;
}

/** Makes a plan of every target. A target that fails gets no proposals, and none of its pull requests is closed. */
async function collectTargets(
  policies: readonly CompiledPolicy[],
  options: ProposeOptions,
  now: Date,
): Promise<{ readonly targets: readonly TargetRequests[]; readonly isComplete: boolean }> {
  const sources = new Map(
    policies.map((compiled) => [compiled, readProposalSource(compiled, options.output === undefined)]),
  );
  const ledger = openLedger(options);
  const progress = startProgress(process.stderr, policies.length);
  const { results, rethrow } = await forEachTarget(policies, async (compiled) => {
    const facts = await collectStatus(compiled, options, ledger, progress);
    const source = sources.get(compiled);
    return { facts, requests: source === undefined ? null : collectRequests(source, facts, now) };
  });
  progress.stop();
  if (results.length === 0) rethrow();
  const paint = paintFor(process.stderr);
  process.stderr.write(results.map(({ facts: { report } }) => describeProblems(report, paint)).join(''));
  rethrow();
  return {
    targets: results.flatMap(({ requests }) => (requests === null ? [] : [requests])),
    isComplete: results.every(({ requests }) => requests?.isComplete),
  };
}

/** Writes the proposals as files, or prints what they would be where the forge is not known. */
function printLocal(targets: readonly TargetRequests[], { output, max }: ProposeOptions): boolean {
  const actions = planActions(targets, localForge(targets), max);
  const proposals = actions.flatMap((action) => (action.kind === 'create' ? [action.proposal] : []));
  printActions(actions, []);
  if (output === undefined)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} GITHUB_TOKEN is not set, so pull requests that exist already are not known\n`,
    );
  else {
    const files = writeProposals(output, proposals);
    process.stdout.write(`wrote ${files} files below ${relative('.', output) || '.'}\n`);
  }
  return true;
}

/** Prints one line for each action. @param results empty: nothing was executed */
function printActions(actions: readonly ForgeAction[], results: readonly ActionResult[]): void {
  const paint = paintFor(process.stdout);
  const lines = actions.map((action) => {
    const result = results.find((one) => one.action === action);
    return `${describeAction(action, result?.pull ?? null)}${result === undefined ? '' : describeResult(result, paint)}`;
  });
  process.stdout.write(
    lines.length === 0 ? 'no request is held\n' : lines.map((line) => `${line}\n`).join(''),
  );
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
      return `open ${kind}${opened === null ? '' : ` #${opened}`}: ${proposal.title} (branch ${proposal.branch})`;
    }
    case 'update':
      return `update #${action.pull.number}: ${action.proposal.title} (${[action.changesFiles ? 'files' : '', action.changesText ? 'text' : ''].filter(Boolean).join(' and ')})`;
    case 'close':
      return `close #${action.pull.number}: ${action.key} (${action.ending})`;
    case 'remark':
      return `leave #${action.pull.number}: ${action.key} (${action.remark.code}; a comment says so)`;
    case 'nothing': {
      const pull = action.pull === null ? '' : ` #${action.pull}`;
      const why = action.why.length === 0 ? '' : `: ${formatFirst(action.why, 5)}`;
      return `nothing for${pull} ${action.key}: ${NOTHING_WORDS[action.code]}${why}`;
    }
    default:
      return action satisfies never;
  }
}
