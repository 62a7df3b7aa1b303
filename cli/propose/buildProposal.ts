import { type Deadline, NO_DEADLINE } from '../../core/deadline.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { decideWithNetworkChecks } from '../../core/preflightChecks.ts';
import { type ReportedReason, reportReasons } from '../../core/renderReason.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import {
  ComparisonTooComplex,
  type CompiledPolicy,
  compilePolicy,
  diffPolicies,
} from '../../language/index.ts';
import { proposePolicyTest } from '../../language/policyTests/proposedPolicyTest.ts';
import { type EditChoice, type ProposedEdit, proposeEdit } from '../../language/suggest/proposeEdit.ts';
import { REMOVABLE_REASONS } from '../../language/suggest/suggestGrant.ts';
import { buildDiffDocument, type DiffDocument } from '../diff/diffDocument.ts';
import { explain } from '../explain/explanation.ts';
import { addMarkers, branchOf, type FileEdit, type Proposal, type RequestKey } from './proposal.ts';
import { draftText, type ProposalFacts, type ReviewedChoice, readyText, titleOf } from './proposalText.ts';

/** A policy and the files that its proposals change. Paths are relative to the top of the repository. */
export interface ProposalSource {
  readonly compiled: CompiledPolicy;
  readonly policyPath: string;
  readonly policyText: string;
  readonly casesPath: string;
  /** `null`: there is no such file */
  readonly casesText: string | null;
}

/** A held request with what is known of it. */
export interface HeldRequest {
  readonly request: VirtualInterface;
  /** of the decision of the run */
  readonly reasons: readonly ReportedReason[];
  /** `null`: no ledger records when the request was first seen */
  readonly deadline: Deadline | null;
  /** everything else that a run decides by */
  readonly context: DecisionContext;
}

/** The proposal for a held request, or why there is none: one sentence for each reason. */
export type ProposalResult =
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | { readonly kind: 'none'; readonly why: readonly string[] };

/**
 * Why no edit can be proposed for a held request, known without making one: one sentence for each reason. Empty: an edit may help.
 * The freeze hides no edit.
 */
export function blockingReasons({ request, reasons }: Pick<HeldRequest, 'request' | 'reasons'>): string[] {
  if (!isVirtualInterfaceId(request.id)) return ['the request has no valid ID'];
  return reasons
    .filter(({ code }) => code !== 'frozen' && !REMOVABLE_REASONS.has(code))
    .map(({ code, message }) => `${code}: ${message}`);
}

/** Makes the proposal for a held request. The same request and policy give the same proposal for some days: see `proposalInstants`. */
export function buildProposal(source: ProposalSource, held: HeldRequest, now: Date): ProposalResult {
  const { request, context } = held;
  const blocking = blockingReasons(held);
  if (blocking.length > 0) return none(...blocking);
  const instants = proposalInstants(now);
  const tryAt = (at: Date): { readonly edit: ProposedEdit; readonly result: ProposalResult } => {
    const file = { file: source.compiled.file, text: source.policyText };
    const wish = { request, absent: new Set<never>(), at, path: source.policyPath, context };
    const edit = proposeEdit(file, source.compiled.policy, wish);
    return { edit, result: completeProposal(source, held, edit, { at, now }) };
  };
  for (const at of instants.slice(0, -1)) {
    const { edit, result } = tryAt(at);
    if (result.kind === 'proposal') return result;
    // A later instant helps where a grant has ended since. For every other reason, only the present one can be another.
    if (edit.kind !== 'accepted') break;
  }
  return tryAt(instants.at(-1) ?? now).result;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** The first Monday of the calendar of computers, which began on a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

/**
 * The instants from which a suggested grant may be counted, best first: the beginning of the week, of the day and of the hour, and now. An
 * edit that was counted from now would change with every run, and with it the pull request. Where something has changed since the
 * beginning of the week, such as the end of a grant, the edit is counted from a later instant.
 */
export function proposalInstants(now: Date): Date[] {
  const at = now.getTime();
  const week = at - ((at - MONDAY_MS) % WEEK_MS);
  const instants = [week, at - (at % DAY_MS), at - (at % HOUR_MS), at - (at % 1000)];
  return [...new Set(instants)].map((instant) => new Date(instant));
}

function none(...why: readonly string[]): ProposalResult {
  return { kind: 'none', why };
}

interface Instants {
  /** from which the grant is counted */
  readonly at: Date;
  readonly now: Date;
}

function completeProposal(
  source: ProposalSource,
  held: HeldRequest,
  edit: ProposedEdit,
  instants: Instants,
): ProposalResult {
  if (edit.kind === 'none') return none(...edit.why);
  if (edit.kind === 'accepted') {
    const { owner, grant } = edit;
    return none(`the policy accepts it by \`${owner}.${grant}\` already${whenUnfrozen(source)}`);
  }
  const choices = edit.kind === 'ready' ? [edit.edit] : edit.choices;
  const helpful = choices.map((choice) => reasonsAfter(choice, source, held, instants.now));
  const [first = []] = helpful;
  // Fail closed: an edit after which a run would still hold the request is not proposed.
  if (helpful.every((reasons) => reasons.length > 0))
    return none(
      ...first.map(({ code, message }) => `with one more grant it is still held: ${code}: ${message}`),
    );
  return {
    kind: 'proposal',
    proposal: writeProposal(
      source,
      held,
      edit,
      choices.map((choice) => reviewEdit(source, held, choice, instants)),
      instants,
    ),
  };
}

function whenUnfrozen({ compiled: { policy } }: ProposalSource): string {
  return policy.freeze ? '; only the freeze holds it' : '';
}

/** The reasons for which a run would hold the request with the edit now; the freeze and the limit of one run pass by themselves. */
function reasonsAfter(
  { edit }: EditChoice,
  { compiled }: ProposalSource,
  { request, context }: HeldRequest,
  now: Date,
): readonly ReportedReason[] {
  const { policy: edited } = compileEdited(compiled, edit.text);
  const decision = decideWithNetworkChecks({ ...edited, freeze: false }, request, context, NO_DEADLINE, now);
  if (decision.verdict === 'accept') return [];
  return reportReasons(decision.reasons).filter(({ code }) => code !== 'run-limit');
}

/** Compiles an edit. It was compiled when it was suggested. */
function compileEdited({ file }: Pick<CompiledPolicy, 'file'>, text: string): CompiledPolicy {
  const compiled = compilePolicy({ file, text });
  if (!compiled.ok) throw new Error(`an edit of ${file} that was suggested does not compile`);
  return compiled;
}

function reviewEdit(
  { compiled, policyPath, casesPath, casesText }: ProposalSource,
  { request }: HeldRequest,
  choice: EditChoice,
  { at }: Instants,
): ReviewedChoice {
  const edited = compileEdited(compiled, choice.edit.text);
  const test = proposePolicyTest(edited.policy, request, at, { file: casesPath, text: casesText });
  return { choice, diff: compare(compiled, { ...edited, file: policyPath }, at), test };
}

function compare(old: CompiledPolicy, now: CompiledPolicy, at: Date): DiffDocument | null {
  try {
    const diff = diffPolicies(old.policy, now.policy, at);
    const sides = {
      old: { file: now.file, digest: old.digest },
      new: { file: now.file, digest: now.digest },
    };
    return buildDiffDocument(diff, sides, now.policy.recipient.account, at, null);
  } catch (error) {
    if (error instanceof ComparisonTooComplex) return null;
    throw error;
  }
}

function writeProposal(
  source: ProposalSource,
  { request, deadline }: HeldRequest,
  edit: Extract<ProposedEdit, { kind: 'ready' | 'draft' }>,
  choices: readonly ReviewedChoice[],
  { at }: Instants,
): Proposal {
  const { policy } = source.compiled;
  const { provider, region, account } = policy.recipient;
  const { target } = policy;
  const key: RequestKey = { provider, region, account, id: request.id };
  const [first] = choices;
  const explanation = explain(policy, { request, assumed: [], absent: new Set(), deadline }, at);
  const facts: ProposalFacts = {
    key,
    policy,
    policyPath: source.policyPath,
    casesPath: source.casesPath,
    explanation: { ...explanation, report: { ...explanation.report, manualOverrideCommand: null } },
    deadline,
    choices,
    omitted: edit.kind === 'draft' ? edit.omitted : 0,
  };
  const undecided = edit.kind === 'draft' ? edit.undecided : null;
  const title = titleOf(facts, undecided);
  return {
    key,
    target,
    kind: edit.kind,
    branch: branchOf(target, request.id),
    title,
    deadline,
    body: addMarkers(
      { key, kind: edit.kind, title },
      undecided === null ? readyText(facts) : draftText(facts, undecided),
    ),
    commitMessage: `policy: ${undecided === null ? 'accept' : 'choose how to accept'} request ${request.id} of target ${target}\n`,
    files: [
      { path: source.policyPath, old: source.policyText, text: edit.text },
      ...(edit.kind === 'ready' ? testFile(source, first) : []),
    ],
    ownPaths: [source.policyPath, source.casesPath],
  };
}

function testFile(
  { casesPath, casesText }: ProposalSource,
  reviewed: ReviewedChoice | undefined,
): FileEdit[] {
  const test = reviewed?.test ?? null;
  return test?.added ? [{ path: casesPath, old: casesText, text: test.text }] : [];
}
