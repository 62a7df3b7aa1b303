import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deadlineOf } from '../../core/deadline.ts';
import type { EndCause } from '../../core/endedRequest.ts';
import { identify } from '../../core/identifyRequester.ts';
import { hasEnded, isConfirming } from '../../core/model.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import type { RequestReport } from '../../core/runReport.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { findWorkTree, pathWithin } from '../commands/policySuggest.ts';
import { UsageError } from '../options.ts';
import type { TargetFacts } from '../status/collectStatus.ts';
import { blockingReasons, buildProposal, type HeldRequest, type ProposalSource } from './buildProposal.ts';
import { type Candidate, chooseRequests } from './chooseRequests.ts';
import type { Ending, ForgeState, TargetRequests, UnproposedRequest } from './planActions.ts';
import type { Proposal } from './proposal.ts';

/**
 * Reads a policy and its policy tests, with their paths in the repository.
 * @param needsRepository whether the paths must be those of a git repository; else they are relative to the current folder
 * @throws UsageError
 */
export function readProposalSource(compiled: CompiledPolicy, needsRepository: boolean): ProposalSource {
  // Symbolic links are resolved, because git does not follow them.
  const file = realpathSync(compiled.file);
  const cases = join(dirname(file), 'cases', `${compiled.policy.target}.yaml`);
  const top = findWorkTree(dirname(file)) ?? (needsRepository ? null : realpathSync('.'));
  const [policyPath, casesPath] = [file, cases].map((path) => (top === null ? null : pathWithin(top, path)));
  if (!policyPath || !casesPath)
    throw new UsageError(
      `${compiled.file} is in no git repository, so it has no path in one; type the command in a checkout, or use \`--output\` in a folder above it`,
    );
  return {
    compiled,
    policyPath,
    policyText: readFileSync(file, 'utf8'),
    casesPath,
    casesText: existsSync(cases) ? readFileSync(cases, 'utf8') : null,
  };
}

/** A candidate with what its proposal is made of. */
interface HeldCandidate extends Candidate {
  readonly held: HeldRequest;
  readonly source: ProposalSource;
}

/** What is known of the requests of a target before any proposal is made. */
export interface TargetSurvey extends Omit<TargetRequests, 'proposals'> {
  readonly candidates: readonly HeldCandidate[];
}

/** Sorts the requests of a target: those for which an edit may help, and all others with the reason. */
export function surveyRequests(source: ProposalSource, facts: TargetFacts): TargetSurvey {
  const { policy, report } = facts;
  const { provider, region, account } = policy.recipient;
  const evaluated = report.requests.map((one) => surveyRequest(source, facts, one));
  const candidates = evaluated.flatMap((one) => ('held' in one ? [one] : []));
  const listed = [
    ...evaluated.flatMap((one) => ('held' in one ? [] : [one])),
    ...report.ignored.map(({ id, message }) => notHeld(id, [message])),
    ...findUnclear(facts),
  ];
  const unproposed = new Map(listed.toReversed().map((one) => [one.id, one]));
  for (const { key } of candidates) unproposed.delete(key.id);
  return {
    ...{ provider, region, account, target: policy.target },
    // Fail closed: a run that failed anywhere may have missed a request.
    isComplete: report.status === 'completed' && report.counts !== null && facts.interfaces !== null,
    candidates,
    unproposed: [...unproposed.values()],
    ownPaths: [source.policyPath, source.casesPath],
    endings: findEndings(facts),
  };
}

/** Reasons that pass without an edit. */
const PASSING_REASONS: ReadonlySet<ReasonCode> = new Set(['frozen', 'run-limit']);

function surveyRequest(
  source: ProposalSource,
  facts: TargetFacts,
  { id, outcome, decision, message }: RequestReport,
): HeldCandidate | UnproposedRequest {
  const held = outcome === 'held' ? findHeld(facts, id) : null;
  if (held === null) {
    const accepted =
      decision.verdict === 'accept'
        ? [`the policy accepts it by \`${decision.owner}.${decision.grant}\``]
        : [];
    return notHeld(id, [...accepted, ...(message === null ? [] : [message])]);
  }
  if (held.reasons.every(({ code }) => PASSING_REASONS.has(code)))
    return notHeld(
      id,
      held.reasons.map((reason) => `${reason.code}: ${reason.message}`),
    );
  const why = blockingReasons(held);
  if (why.length > 0) return { id, code: 'no-edit', why };
  const { policy } = facts;
  const { provider, region, account } = policy.recipient;
  const identity = identify(policy, held.request, held.context.ownConnections);
  return {
    key: { provider, region, account, id },
    target: policy.target,
    owner: identity.kind === 'owner' ? identity.owner.name : null,
    connection: held.request.connection,
    expires: held.deadline?.earliest ?? null,
    ...{ held, source },
  };
}

/**
 * Makes the proposals: to update those that are open, and for as many others as have a slot. A request without an edit takes no slot, but
 * the number of attempts is limited too, because each one takes long.
 */
export function proposeRequests(
  surveys: readonly TargetSurvey[],
  forge: ForgeState,
  max: number,
  now: Date,
): readonly TargetRequests[] {
  const chosen = chooseRequests(
    surveys.flatMap(({ candidates }) => candidates),
    forge,
    max,
    now,
  );
  const unproposed = new Map<HeldCandidate, UnproposedRequest>();
  const propose = (candidate: HeldCandidate): Proposal | null => {
    const result = buildProposal(candidate.source, candidate.held, now);
    if (result.kind === 'proposal') return result.proposal;
    unproposed.set(candidate, { id: candidate.key.id, code: 'no-edit', why: result.why });
    return null;
  };
  const slots = { ...chosen.slots };
  const attempts = { owners: 2 * max, unknown: 2 * max };
  const proposeInSlot = (candidate: HeldCandidate): Proposal | null => {
    const kind = candidate.owner === null ? 'unknown' : 'owners';
    if (slots[kind] <= 0 || attempts[kind] <= 0) {
      unproposed.set(candidate, { id: candidate.key.id, code: 'left-out', why: [] });
      return null;
    }
    attempts[kind] -= 1;
    const proposal = propose(candidate);
    if (proposal !== null) slots[kind] -= 1;
    return proposal;
  };
  const proposals = [...chosen.open.map(propose), ...chosen.fresh.map(proposeInSlot)].filter(
    (one) => one !== null,
  );
  for (const { candidate, code } of chosen.settled)
    unproposed.set(candidate, { id: candidate.key.id, code, why: [] });
  return surveys.map(({ candidates, ...survey }) => ({
    ...survey,
    proposals: proposals.filter(({ target }) => target === survey.target),
    unproposed: [...survey.unproposed, ...candidates.flatMap((one) => unproposed.get(one) ?? [])],
  }));
}

function notHeld(id: string, why: readonly string[]): UnproposedRequest {
  return { id, code: 'not-held', why };
}

/** States of an interface that was accepted. */
const ACCEPTED_STATES: ReadonlySet<string | null> = new Set(['pending', 'available', 'down', 'testing']);

/** Listed interfaces that are neither requests nor certainly over. Fail closed: a state that is not known may become a request again. */
function findUnclear({ interfaces }: TargetFacts): UnproposedRequest[] {
  return (interfaces ?? [])
    .filter((one) => !isConfirming(one) && !hasEnded(one) && !ACCEPTED_STATES.has(one.state))
    .map(({ id }) => notHeld(id, ['its state is not that of a request']));
}

/** `null`: the listing does not have the request as it was evaluated. */
function findHeld({ policy, report, interfaces, state }: TargetFacts, id: string): HeldRequest | null {
  const request = interfaces?.find((one) => one.id === id);
  const decision = report.requests.find((one) => one.id === id)?.decision;
  if (interfaces === null || request === undefined || decision?.verdict !== 'hold') return null;
  const { intents = {}, acceptances = {}, damaged = {}, observations = {} } = state ?? {};
  const observation = observations[id];
  return {
    request,
    reasons: decision.reasons,
    deadline: observation === undefined ? null : deadlineOf(observation, policy.recipient.expiry),
    context: {
      ...{ interfaces, intents, acceptances, damaged },
      // A request on a connection of the recipient's own is not held, but ignored.
      ownConnections: { known: true, ids: new Set() },
      acceptedThisRun: 0,
    },
  };
}

const ENDINGS: Readonly<Record<EndCause, Ending>> = {
  accepted: 'accepted',
  acceptedByOthers: 'acceptedByOthers',
  expired: 'expired',
  rejected: 'withdrawn',
  deleted: 'withdrawn',
  vanished: 'withdrawn',
};

/** What became of requests, by their ID: from the listing, and more exactly from the records of the ledger. */
function findEndings({ report, interfaces, state, records }: TargetFacts): ReadonlyMap<string, Ending> {
  const listed = (interfaces ?? [])
    .filter((one) => !isConfirming(one))
    .map((one): [string, Ending] => [
      one.id,
      hasEnded(one) ? (one.state === 'expired' ? 'expired' : 'withdrawn') : 'accepted',
    ]);
  const recorded = [...report.ended, ...records.ended].map(({ id, as }): [string, Ending] => [
    id,
    ENDINGS[as],
  ]);
  const accepted = [...Object.keys(state?.acceptances ?? {}), ...records.receipts.map(({ id }) => id)].map(
    (id): [string, Ending] => [id, 'accepted'],
  );
  return new Map([...listed, ...recorded, ...accepted]);
}
