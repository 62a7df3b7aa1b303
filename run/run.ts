import { applyLedgerChanges } from '../core/applyLedgerChanges.ts';
import type { EndedRequest } from '../core/endedRequest.ts';
import type { EventOrigin } from '../core/events/event.ts';
import { connectionChanges, findFollowUps } from '../core/followUp.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import { recipientKey } from '../core/policy.ts';
import { reconcile } from '../core/reconcile.ts';
import { evaluateRequests, reportRequest } from '../core/requestEvaluation.ts';
import { countOutcomes, type RunProblem, type RunReport } from '../core/runReport.ts';
import { missingLedgerIds, pickFound } from '../core/snapshot.ts';
import { findUngrantedInterfaces } from '../core/ungrantedInterfaces.ts';
import { createAcceptanceRecorder } from './acceptanceRecorder.ts';
import { acceptRequests } from './acceptRequests.ts';
import { doDeferredWork } from './deferredWork.ts';
import { type LedgerUnitOfWork, withLease, withoutLease } from './ledgerUnitOfWork.ts';
import { listInterfaces } from './listInterfaces.ts';
import { trackMissing } from './missingInterfaces.ts';
import { LedgerFailure, ListingIncomplete, RunFailure } from './portErrors.ts';
import {
  createEventFactory,
  type EventFactory,
  publishFailure,
  publishFindings,
  withClosureEvents,
} from './publishEvents.ts';
import {
  type Budget,
  budgetFromNow,
  noFindings,
  type RunFindings,
  type RunInput,
  smallestBudget,
} from './runContext.ts';
import { verifyCaller } from './verifyCaller.ts';

/** So many IDs that the listing lacks are described before anything is accepted: strangers set how many there are. */
const FIRST = 100;
/** What share of the time that is left they may take. */
const FIRST_SHARE = 1 / 4;

/**
 * Lists, evaluates, accepts what is allowed, and remembers. What is done before the first confirm costs the same whatever
 * strangers did: what there can be any number of waits until everything that is allowed was attempted.
 * @param found brought up to date as things are found out
 * @throws PassFailure
 */
async function workThrough(
  input: RunInput,
  memory: LedgerUnitOfWork,
  budget: Budget,
  origin: EventOrigin,
  found: RunFindings,
): Promise<void> {
  const { loaded, ports, dryRun, requestTimeoutMs } = input;
  const { policy } = loaded;
  const { expiry } = policy.recipient;
  const before = memory.state();
  found.failures.push(...unreadable(before));
  found.warnings.push(...(await verifyCaller(loaded, ports, input.callerChecks)));
  const { listing, missing, first } = await lookAtAll(input, before, budget);
  // Keys of another account find nothing of what we remember: before that is forgotten, they are checked again.
  if ([...first.over.values()].includes(null)) await verifyCaller(loaded, ports, { checkedAt: new Map() });
  const seen = { ...listing, found: new Map([...listing.found, ...first.over]) };
  // What expired unseen is on a record or not: reading the records takes as long as strangers made them.
  const { changes: learnt, ended, warnings, failures } = reconcile(before, { ...seen, expired: [] }, expiry);
  const changes = [
    ...learnt,
    ...connectionChanges(applyLedgerChanges(before, learnt).acceptances, seen.found, policy.owners),
  ];

  // Found first and written then: what a failing ledger forgets is told all the same.
  const { intents, acceptances, observations, damaged } = applyLedgerChanges(before, changes);
  // Fail closed: what is of an unknown state may be live, though the listing lacks it.
  const interfaces = [...listing.interfaces, ...first.unknown];
  const world = { ...seen, interfaces, intents, acceptances, damaged, acceptedThisRun: 0 };
  const now = ports.clock.now();
  const cases = evaluateRequests(policy, seen.requests, observations, world, now);
  found.evaluations = cases;
  found.ignored = seen.ignored;
  found.ended = ended;
  const known = pickFound({ ...before.acceptances, ...acceptances }, seen);
  found.followUps = findFollowUps(known, seen.found, now, input.availableWithinMs);
  found.ungranted = findUngrantedInterfaces(policy, seen.interfaces, now);
  found.warnings.push(...seen.warnings, ...first.warnings, ...warnings);
  found.failures.push(...first.failures, ...failures);

  const news = createEventFactory(input, memory, origin);
  await remember(memory, before, { changes, ended }, found.followUps, news);
  const recorder = createAcceptanceRecorder(memory, loaded, ports.clock, news);
  await acceptRequests(
    cases,
    world,
    { loaded, origin, ports, recorder, budget, requestTimeoutMs, dryRun },
    found,
    { memory, intervalMs: intervalOf(before.lastListing, seen.listedAt) },
  );
  const listed = changes.filter(({ kind }) => kind === 'listed');
  const work = { input, memory, budget, news, found };
  await doDeferredWork(work, { before, survey: seen, cases, missing, open: first.unresolved, listed });
}

/**
 * Lists, and describes what the listing lacks. A listing that lacks something live is made once more: while pages are asked
 * for, a request that is withdrawn moves others to a page that was answered already, and requesters withdraw when they like.
 * @throws ListingIncomplete, ApiFailure
 */
async function lookAtAll({ loaded, ports }: RunInput, before: LedgerState, budget: Budget) {
  for (let isLast = false; ; isLast = true) {
    const listing = await listInterfaces(loaded.policy, before, ports);
    // After the listing: else a slow one would leave the descriptions no time, and their gateways would be held.
    const least = budget() * (1 - FIRST_SHARE);
    const missing = trackMissing(missingLedgerIds(before, listing.found), ports.directConnect);
    try {
      return { listing, missing, first: await missing.describeNext(FIRST, () => budget() >= least) };
    } catch (error) {
      // Fail closed: what lacks something that is there proves nothing.
      if (isLast || !(error instanceof ListingIncomplete)) throw error;
    }
  }
}

function intervalOf(lastListing: string | null, listedAt: string): number | null {
  return lastListing === null ? null : Date.parse(listedAt) - Date.parse(lastListing);
}

/**
 * Writes what concerns confirms of ours and what came of them. The others wait: each first sighting is written with the
 * intent of its request, or after everything was attempted.
 */
async function remember(
  memory: LedgerUnitOfWork,
  { intents, acceptances }: LedgerState,
  { changes, ended }: { readonly changes: readonly LedgerChange[]; readonly ended: readonly EndedRequest[] },
  followUps: RunFindings['followUps'],
  news: EventFactory,
): Promise<void> {
  const isOurs = (id: string): boolean => intents[id] !== undefined || acceptances[id] !== undefined;
  const ours = changes.filter((change) => 'id' in change && isOurs(change.id));
  const receipts = ours.flatMap((change) =>
    change.kind === 'accepted' && change.receipt !== null ? [change.receipt] : [],
  );
  const ends = ended.filter(({ id }) => isOurs(id));
  // Marks of what was told come after the changes that they mark.
  const due = [...ours, ...news({ ended: ends, receipts, followUps })];
  if (due.length > 0) await memory.write(due);
  const others = changes.filter((change) => 'id' in change && !isOurs(change.id));
  memory.defer(withClosureEvents(others, ended, news));
}

/** What cannot be read needs a person; the others go on. */
function unreadable({ damaged }: LedgerState): RunProblem[] {
  return Object.values(damaged).map((message) => ({ code: 'ledger', message }));
}

/**
 * One run over one target: list, identify, decide, check, confirm, record, report.
 * @returns the report, also of a pass that failed: it never throws
 */
export async function executeRun(input: RunInput): Promise<RunReport> {
  const { loaded, ports, dryRun } = input;
  const { digest, policy } = loaded;
  const startedAt = ports.clock.now().toISOString();
  const origin = originOf(input);
  const found = noFindings();
  let ran = true;
  try {
    const key = recipientKey(policy.recipient);
    const budget = smallestBudget(input.remaining, budgetFromNow(ports.clock, input.leaseMs));
    const work = (memory: LedgerUnitOfWork): Promise<void> =>
      passWith(memory, input, budget, origin, startedAt, found);
    if (dryRun) await withoutLease(ports.ledger, key, work);
    else ran = await withLease(ports.ledger, key, input.leaseMs, work);
    input.outage.publishedCodes = null;
  } catch (error) {
    const failure = asFailure(error);
    // What failed while something was recorded is told with what that was.
    if (!found.failures.some(({ message }) => message.endsWith(failure.message)))
      found.failures.push(failure);
    if (!dryRun) found.failures.push(...(await publishFailure(input, origin, startedAt, found.failures)));
  }
  const { evaluations, ...rest } = found;
  const requests = [...(evaluations?.values() ?? [])].map((item) =>
    reportRequest(item, policy.recipient, input.endpoint),
  );
  return {
    target: policy.target,
    startedAt,
    finishedAt: ports.clock.now().toISOString(),
    dryRun,
    status: ran ? (found.failures.length > 0 ? 'failed' : 'completed') : 'leaseHeld',
    policy: { digest, revision: input.revision },
    counts: evaluations === null ? null : countOutcomes(requests, dryRun),
    requests,
    ...rest,
  };
}

/** Everything between taking the lease and giving it back. @throws LedgerFailure */
async function passWith(
  memory: LedgerUnitOfWork,
  input: RunInput,
  budget: Budget,
  origin: EventOrigin,
  startedAt: string,
  found: RunFindings,
): Promise<void> {
  try {
    await workThrough(input, memory, budget, origin, found);
  } catch (error) {
    // What the ledger itself fails of cannot be remembered as told.
    if (error instanceof LedgerFailure) throw error;
    found.failures.push(asFailure(error));
  }
  if (input.dryRun) return;
  found.failures.push(...(await publishFindings(input, memory, budget, origin, startedAt, found)));
}

function originOf({ loaded, revision }: RunInput): EventOrigin {
  const { target, recipient } = loaded.policy;
  const { provider, region, account } = recipient;
  return { target, provider, region, account, policy: { digest: loaded.digest, revision } };
}

function asFailure(error: unknown): RunProblem {
  if (error instanceof RunFailure) return { code: error.code, message: error.message };
  // A defect of ours: told by its kind and words, and the pass counts as failed.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal', message: `unexpected ${message}; please report it` };
}
