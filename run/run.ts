import { applyLedgerChanges } from '../core/applyLedgerChanges.ts';
import type { EventOrigin } from '../core/events/event.ts';
import { connectionChanges, findFollowUps } from '../core/followUp.ts';
import type { TargetHealth } from '../core/health.ts';
import type { LedgerState } from '../core/ledgerState.ts';
import { liftFreeze, recipientKey } from '../core/policy.ts';
import { type Reconciliation, reconcile } from '../core/reconcile.ts';
import { recordRun } from '../core/recordRun.ts';
import { evaluateRequests, reportRequest } from '../core/requestEvaluation.ts';
import { listUnexpectedRoutes } from '../core/routeWatch.ts';
import { countOutcomes, type RequestReport, type RunProblem, type RunReport } from '../core/runReport.ts';
import { missingLedgerIds, pickFound } from '../core/snapshot.ts';
import { findUngrantedInterfaces } from '../core/ungrantedInterfaces.ts';
import { createAcceptanceRecorder } from './acceptanceRecorder.ts';
import { acceptRequests, planWithoutFreeze } from './acceptRequests.ts';
import { doDeferredWork } from './deferredWork.ts';
import { receiversOf } from './eventReceivers.ts';
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
} from './queueEvents.ts';
import {
  type Budget,
  budgetFromNow,
  noFindings,
  type RunFindings,
  type RunInput,
  smallestBudget,
} from './runContext.ts';
import { verifyCaller } from './verifyCaller.ts';

/**
 * Executes one run over one target. This is the unit of work of the program: the Lambda function and the command `run` execute
 * a run for each target on a schedule, and the command `plan` executes one with `dryRun`. The steps, in order:
 *
 *  1. take the lease of the ledger, and read the state that earlier runs left there    ledgerUnitOfWork.ts
 *  2. verify that the credentials belong to the recipient                             verifyCaller.ts
 *  3. list the virtual interfaces, and describe up to 100 of those that the ledger     listInterfaces.ts
 *     has as live and the listing lacks                                                missingInterfaces.ts
 *  4. reconcile the ledger with them: what was accepted, changed or ended since        core/reconcile.ts
 *  5. for each request: identify the requester, and decide by the policy               core/requestEvaluation.ts
 *  6. write what concerns our own acceptances, and defer the other changes             writeOwnChanges, below
 *  7. accept what the policy allows: read again, check, confirm, record                acceptRequests.ts
 *  8. do everything that no confirm depends on, such as writing the deferred changes   deferredWork.ts
 *  9. queue and deliver events                                                         queueEvents.ts
 *                                                                                      deliverEvents.ts
 *                                                                                      lookUpActors.ts
 * 10. release the lease and record the health of the target, and return the report
 *
 * Everyone who may offer interfaces can create and withdraw any number of them. So the calls and writes before the first
 * confirm have a fixed bound, and all work whose amount requesters control waits for step 8.
 * Fail closed: an error in steps 1 to 6 ends the run before anything is accepted. Step 9 follows even then, unless the ledger
 * itself fails.
 * @returns the report, also of a run that failed: it never throws
 */
export async function executeRun(input: RunInput): Promise<RunReport> {
  const { loaded, ports, dryRun } = input;
  const { policy } = loaded;
  const startedAt = ports.clock.now().toISOString();
  const origin = originOf(input);
  const found = noFindings();
  let hadLease = true;
  let requests: readonly RequestReport[] | null = null;
  // Reported once, at the end: there may be thousands of requests.
  const requestsOf = (): readonly RequestReport[] => {
    requests ??= reportRequests(input, found);
    return requests;
  };
  // A failed record of an acceptance is reported already, and the ledger throws the same error again.
  const problemsOf = (error: unknown): RunProblem[] =>
    error instanceof LedgerFailure && error.isReported ? [] : [toProblem(error)];
  const healthAfter = (before: LedgerState['health'], error: unknown): TargetHealth => {
    const failures = [...found.failures, ...(error === null ? [] : problemsOf(error))];
    const report = createReport(input, startedAt, { ...found, failures }, requestsOf(), true);
    const isAttended = receiversOf(ports).length > 0;
    const recorded = before === 'unreadable' ? null : before;
    return recordRun(recorded, report, isAttended, ports.eventPublisher !== null);
  };
  try {
    const key = recipientKey(policy.recipient);
    const budget = smallestBudget(input.remaining, budgetFromNow(ports.clock, input.leaseMs));
    const work = (ledger: LedgerUnitOfWork): Promise<void> =>
      processAndPublish(input, ledger, budget, origin, startedAt, found);
    if (dryRun) await withoutLease(ports.ledger, key, work);
    else hadLease = await withLease(ports.ledger, key, input.leaseMs, work, healthAfter);
    input.outage.publishedCodes = null;
  } catch (error) {
    found.failures.push(...problemsOf(error));
    if (!dryRun) found.failures.push(...(await publishFailure(input, origin, startedAt, found.failures)));
  }
  return createReport(input, startedAt, found, requestsOf(), hadLease);
}

function reportRequests(
  { loaded, endpoint, oscCli }: RunInput,
  { evaluations }: RunFindings,
): readonly RequestReport[] {
  return [...(evaluations?.values() ?? [])].map((evaluation) =>
    reportRequest(evaluation, loaded.policy.recipient, endpoint, oscCli),
  );
}

function createReport(
  { loaded: { digest, policy }, ports, dryRun, revision }: RunInput,
  startedAt: string,
  { evaluations, ...rest }: RunFindings,
  requests: readonly RequestReport[],
  hadLease: boolean,
): RunReport {
  return {
    target: policy.target,
    startedAt,
    finishedAt: ports.clock.now().toISOString(),
    dryRun,
    status: hadLease ? (rest.failures.length > 0 ? 'failed' : 'completed') : 'leaseHeld',
    policy: { digest, revision },
    counts: evaluations === null ? null : countOutcomes(requests, dryRun),
    requests,
    ...rest,
  };
}

function originOf({ loaded, revision }: RunInput): EventOrigin {
  const { target, recipient } = loaded.policy;
  const { provider, region, account } = recipient;
  return { target, provider, region, account, policy: { digest: loaded.digest, revision } };
}

function toProblem(error: unknown): RunProblem {
  if (error instanceof RunFailure) return { code: error.code, message: error.message };
  // A defect of this program. It is reported with its message, and the run counts as failed.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal', message: `unexpected ${message}; please report it` };
}

/** Steps 2 to 9: everything between taking and releasing the lease. @throws LedgerFailure */
async function processAndPublish(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budget: Budget,
  origin: EventOrigin,
  startedAt: string,
  found: RunFindings,
): Promise<void> {
  const { lastListing } = ledger.state();
  try {
    await processRequests(input, ledger, budget, origin, found);
  } catch (error) {
    // A ledger that fails cannot record that its failure was published: see `publishFailure`.
    if (error instanceof LedgerFailure) throw error;
    found.failures.push(toProblem(error));
  }
  if (input.dryRun) return;
  found.failures.push(
    ...(await publishFindings(input, ledger, budget, origin, startedAt, lastListing, found)),
  );
}

/** Steps 2 to 8. @param found updated as soon as something is found, so that an error loses none of it. @throws RunFailure */
async function processRequests(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budget: Budget,
  origin: EventOrigin,
  found: RunFindings,
): Promise<void> {
  const { loaded, ports, dryRun, requestTimeoutMs } = input;
  const { policy } = loaded;
  const { expiry } = policy.recipient;
  const before = ledger.state();
  found.failures.push(...damagedItems(before));
  if (before.health === 'unreadable') found.warnings.push(UNREADABLE_HEALTH);

  // Step 2.
  found.warnings.push(...(await verifyCaller(loaded, ports, input.callerChecks)));

  // Step 3.
  const { listing, missing, described } = await listAndDescribeMissing(input, before, budget);
  // Credentials of another account find none of our interfaces. They are verified again before the ledger forgets anything.
  if ([...described.ended.values()].includes(null))
    await verifyCaller(loaded, ports, { checkedAt: new Map() });
  const snapshot = { ...listing, found: new Map([...listing.found, ...described.ended]) };

  // Step 4. Without the interfaces that expired unobserved: step 8 looks up whether they are on record, because that takes long
  // if there are many.
  const reconciled = reconcile(before, { ...snapshot, expired: [] }, expiry);
  const { acceptances: accepted } = applyLedgerChanges(before, reconciled.changes);
  const changes = [...reconciled.changes, ...connectionChanges(accepted, snapshot.found, policy.owners)];
  const { intents, acceptances, observations, damaged } = applyLedgerChanges(before, changes);

  // Step 5. Fail closed: an interface in an unknown state may be live, although the listing lacks it.
  const interfaces = [...listing.interfaces, ...described.unknown];
  const context = { ...snapshot, interfaces, intents, acceptances, damaged, acceptedThisRun: 0 };
  const now = ports.clock.now();
  const evaluations = evaluateRequests(policy, snapshot.requests, observations, context, now);

  // The report has all findings before the first write, in case the ledger fails.
  found.evaluations = evaluations;
  found.ignored = snapshot.ignored;
  found.ended = reconciled.ended;
  const known = pickFound({ ...before.acceptances, ...acceptances }, snapshot);
  found.followUps = findFollowUps(known, snapshot.found, now, input.availableWithinMs);
  found.ungranted = findUngrantedInterfaces(policy, snapshot.interfaces, now);
  found.unexpectedRoutes = listUnexpectedRoutes(acceptances, snapshot.found);
  found.warnings.push(...snapshot.warnings, ...described.warnings, ...reconciled.warnings);
  found.failures.push(...described.failures, ...reconciled.failures);

  // Step 6.
  const createEvents = createEventFactory(input, ledger, origin);
  await writeOwnChanges(ledger, before, { ...reconciled, changes }, found.followUps, createEvents);

  // Step 7.
  const recorder = createAcceptanceRecorder(ledger, loaded, ports.clock, createEvents);
  const attempts = { loaded, origin, ports, recorder, budget, requestTimeoutMs, dryRun };
  const order = { ledger, intervalMs: intervalOf(before.lastListing, snapshot.listedAt) };
  await acceptRequests(evaluations, context, attempts, found, order);
  if (dryRun && policy.freeze) {
    const planned = evaluateRequests(liftFreeze(policy), snapshot.requests, observations, context, now);
    await planWithoutFreeze(evaluations, planned, context, attempts, found.warnings, order);
  }

  // Step 8.
  await doDeferredWork(
    { input, ledger, budget, createEvents, found },
    {
      before,
      snapshot,
      evaluations,
      missing,
      unresolved: described.unresolved,
      listed: changes.filter(({ kind }) => kind === 'listed'),
    },
  );
}

/** No decision depends on the health, so the run continues. */
const UNREADABLE_HEALTH: RunProblem = {
  code: 'ledger',
  message:
    'the recorded health of the target is damaged, or a newer release wrote it: what earlier runs reported is unknown to the ' +
    'alerts; nothing is to be done, because this run replaces it',
};

/** A damaged ledger item needs a person. It is a failure of the run, but other requests are processed. */
function damagedItems({ damaged }: LedgerState): RunProblem[] {
  return Object.values(damaged).map((message) => ({ code: 'ledger', message }));
}

/**
 * How many of the interfaces that the listing lacks are described before the first confirm: requesters control their
 * number.
 */
const DESCRIBED_FIRST = 100;
/** The share of the remaining time that these descriptions may take. */
const DESCRIBED_FIRST_SHARE = 1 / 4;

/**
 * Lists, and describes interfaces that the ledger has as live and the listing lacks. If one of them is live, the
 * listing is incomplete and is made once more: a request that is withdrawn while pages are read moves others to a page
 * that was read before, and requesters may withdraw at any time.
 * @throws ListingIncomplete, ApiFailure
 */
async function listAndDescribeMissing({ loaded, ports }: RunInput, before: LedgerState, budget: Budget) {
  for (let isLast = false; ; isLast = true) {
    const listing = await listInterfaces(loaded.policy, before, ports);
    // Computed after the listing, or a slow listing would leave no time to describe, and acceptances that are not described
    // keep their gateways from being assigned.
    const reserved = budget() * (1 - DESCRIBED_FIRST_SHARE);
    const missing = trackMissing(missingLedgerIds(before, listing.found), ports.directConnect);
    try {
      const described = await missing.describeNext(DESCRIBED_FIRST, () => budget() >= reserved);
      return { listing, missing, described };
    } catch (error) {
      // Fail closed: an incomplete listing does not prove that anything has ended.
      if (isLast || !(error instanceof ListingIncomplete)) throw error;
    }
  }
}

/**
 * Writes the changes to our own intents and acceptances, with their events, and defers the others. The first
 * observation of a request is written with its intent, or after everything was attempted.
 */
async function writeOwnChanges(
  ledger: LedgerUnitOfWork,
  { intents, acceptances }: LedgerState,
  { changes, ended }: Pick<Reconciliation, 'changes' | 'ended'>,
  followUps: RunFindings['followUps'],
  createEvents: EventFactory,
): Promise<void> {
  const isOwn = (id: string): boolean => intents[id] !== undefined || acceptances[id] !== undefined;
  const own = changes.filter((change) => 'id' in change && isOwn(change.id));
  const receipts = own.flatMap((change) =>
    change.kind === 'accepted' && change.receipt !== null ? [change.receipt] : [],
  );
  const ownEnds = ended.filter(({ id }) => isOwn(id));
  // An event marks the entry that it is about as published, so it comes after the change of the entry.
  const due = [...own, ...createEvents({ ended: ownEnds, receipts, followUps })];
  if (due.length > 0) await ledger.write(due);
  const others = changes.filter((change) => 'id' in change && !isOwn(change.id));
  ledger.defer(withClosureEvents(others, ended, createEvents));
}

/** The time between the last two complete listings, in milliseconds; `null`: there was only one. */
function intervalOf(lastListing: string | null, listedAt: string): number | null {
  return lastListing === null ? null : Date.parse(listedAt) - Date.parse(lastListing);
}
