import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deadlineOf } from '../../core/deadline.ts';
import type { EndCause } from '../../core/endedRequest.ts';
import { hasEnded, isConfirming } from '../../core/model.ts';
import type { RequestReport } from '../../core/runReport.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { findWorkTree, pathWithin } from '../commands/policySuggest.ts';
import { UsageError } from '../options.ts';
import type { TargetFacts } from '../status/collectStatus.ts';
import { buildProposal, type HeldRequest, type ProposalSource } from './buildProposal.ts';
import type { Ending, TargetRequests, UnproposedRequest } from './planActions.ts';
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

/** What is known of the requests of a target, with a proposal for each held one that an edit can accept. */
export function collectRequests(source: ProposalSource, facts: TargetFacts, now: Date): TargetRequests {
  const { policy, report } = facts;
  const { provider, region, account } = policy.recipient;
  const evaluated = report.requests.map((one) => proposeFor(source, facts, one, now));
  const proposals = evaluated.flatMap((one) => ('branch' in one ? [one] : []));
  const listed = [
    ...evaluated.flatMap((one) => ('branch' in one ? [] : [one])),
    ...report.ignored.map(({ id, message }) => notHeld(id, [message])),
    ...findUnclear(facts),
  ];
  const unproposed = new Map(listed.toReversed().map((one) => [one.id, one]));
  for (const { key } of proposals) unproposed.delete(key.id);
  return {
    ...{ provider, region, account, target: policy.target },
    // Fail closed: a run that failed anywhere may have missed a request.
    isComplete: report.status === 'completed' && report.counts !== null && facts.interfaces !== null,
    proposals,
    unproposed: [...unproposed.values()],
    endings: findEndings(facts),
  };
}

function proposeFor(
  source: ProposalSource,
  facts: TargetFacts,
  { id, outcome, decision, message }: RequestReport,
  now: Date,
): Proposal | UnproposedRequest {
  const held = outcome === 'held' ? findHeld(facts, id) : null;
  if (held !== null) {
    const result = buildProposal(source, held, now);
    return result.kind === 'proposal' ? result.proposal : { id, code: 'no-edit', why: result.why };
  }
  const accepted =
    decision.verdict === 'accept' ? [`the policy accepts it by \`${decision.owner}.${decision.grant}\``] : [];
  return notHeld(id, [...accepted, ...(message === null ? [] : [message])]);
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
