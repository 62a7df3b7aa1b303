import { reasonCodesOf } from '../core/decide.ts';
import { ENDED_REQUESTS_KEPT_MS } from '../core/endedRequest.ts';
import { findFollowUps } from '../core/followUp.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import type { VirtualInterface } from '../core/model.ts';
import { unlistedSinceChanges } from '../core/observations.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import { isPreflightCode } from '../core/reasons.ts';
import { expiredUnobserved, reconcileDescribed, unobservedEnds } from '../core/reconcile.ts';
import { observationChanges, type RequestEvaluation } from '../core/requestEvaluation.ts';
import { pickFound, type Snapshot } from '../core/snapshot.ts';
import { checkRoutes } from './checkRoutes.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import type { MissingInterfaces } from './missingInterfaces.ts';
import type { Ports } from './ports.ts';
import {
  type EventFactory,
  hasWriteTime,
  queueRequestEvents,
  withClosureEvents,
  writeDeferredInTime,
} from './queueEvents.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';
import { verifyCaller } from './verifyCaller.ts';
import { watchAdvertisedRoutes } from './watchAdvertisedRoutes.ts';

/** What a run works with. */
export interface RunWork {
  readonly input: RunInput;
  readonly ledger: LedgerUnitOfWork;
  readonly budget: Budget;
  readonly createEvents: EventFactory;
  /** updated with what is found */
  readonly found: RunFindings;
}

/** What is left to do once every allowed request was attempted. */
export interface DeferredWork {
  /** the state of the ledger when the run began */
  readonly before: LedgerState;
  /** the listing, and what was described before anything was accepted */
  readonly snapshot: Snapshot;
  readonly evaluations: ReadonlyMap<string, RequestEvaluation>;
  readonly missing: MissingInterfaces;
  /** IDs whose description was not conclusive */
  readonly unresolved: readonly string[];
  /** the change that records the listing as complete, to be written only if it certainly was */
  readonly listed: readonly LedgerChange[];
}

/** The most interfaces missing from the listing that one run describes after all attempts. */
const MOST_DESCRIBED = 1000;
/** After how many descriptions their results are written. */
const DESCRIBED_AT_ONCE = 100;
/** The share of the remaining time that the descriptions may take. The rest is for events. */
const DESCRIPTIONS_SHARE = 1 / 2;
/** The share of the remaining time after which interfaces that were not described are no longer marked as such. */
const MARKS_SHARE = 3 / 4;

/**
 * Does everything that no confirm depends on: writes the observations, queues events, checks routes, reads what owners advertise, and describes more
 * of the interfaces that the listing lacks. Requesters control the amount of this work. So each part is written when it
 * is done, and the next run does what there was no time for.
 * @throws RunFailure
 */
export async function doDeferredWork(work: RunWork, deferred: DeferredWork): Promise<void> {
  const { input, ledger, budget, createEvents, found } = work;
  const { before, snapshot, evaluations, missing } = deferred;
  const { ports, loaded } = input;
  const { expiry } = loaded.policy.recipient;

  const candidates = expiredUnobserved(before, snapshot, expiry);
  const expired = await withoutRecord(candidates, ports, loaded.policy);
  const ends = unobservedEnds(before, { ...snapshot, expired }, expiry);
  found.ended = [...found.ended, ...ends];
  const endChanges = ends.map((ended) => ({ kind: 'ended' as const, id: ended.id, ended }));
  ledger.defer(withClosureEvents(endChanges, ends, createEvents));

  // The results of attempts decide the order in the next run, so they are written even if there is no time for the others.
  const all = [...evaluations.values()];
  ledger.add(all.filter(wasAttempted).flatMap((one) => observationChanges(one, evaluations.size)));
  ledger.defer(
    all.filter((one) => !wasAttempted(one)).map((one) => observationChanges(one, evaluations.size)),
  );
  queueRequestEvents(input, ledger, createEvents, found);
  const dropped = await writeDeferredInTime(ledger, budget);
  found.failures.push(...dropped);

  await checkRoutes(input, ledger, budget, createEvents, snapshot.found, found);
  await watchAdvertisedRoutes(input, ledger, budget, createEvents, snapshot.found, found);

  const timeBefore = budget();
  const unresolved = await describeMissing(work, deferred);
  ledger.defer(
    unlistedSinceChanges(
      ledger.state(),
      missing.notDescribed(),
      [...deferred.unresolved, ...unresolved],
      snapshot,
    ).map((change) => [change]),
  );
  await ledger.writeDeferred(() => hasWriteTime(budget) && budget() >= timeBefore * (1 - MARKS_SHARE));

  // The listing counts as complete only if everything in it is on record and nothing that it lacks may be live.
  if (dropped.length === 0 && missing.isConclusive()) ledger.add(deferred.listed);
}

/** Whether an attempt was made, or would have been if the preflight checks had not held the request. */
function wasAttempted({ outcome, decision }: RequestEvaluation): boolean {
  return outcome === 'failed' || reasonCodesOf(decision).some((code) => isPreflightCode(code));
}

/** @returns the IDs whose description was not conclusive. @throws RunFailure */
async function describeMissing(
  work: RunWork,
  { snapshot, missing, before }: DeferredWork,
): Promise<string[]> {
  const { input, ledger, budget, createEvents, found } = work;
  const { loaded, ports, availableWithinMs } = input;
  const unresolved: string[] = [];
  const reserved = budget() * (1 - DESCRIPTIONS_SHARE);
  const hasTime = (): boolean => budget() >= reserved;
  let isVerified = [...snapshot.found.values()].includes(null);
  for (
    let count = 0;
    count < MOST_DESCRIBED && missing.notDescribed().length > 0 && hasTime();
    count += DESCRIBED_AT_ONCE
  ) {
    const described = await missing.describeNext(DESCRIBED_AT_ONCE, hasTime);
    found.warnings.push(...described.warnings);
    found.failures.push(...described.failures);
    unresolved.push(...described.unresolved);
    if (!isVerified && [...described.ended.values()].includes(null)) {
      // Credentials of another account find none of our interfaces. They are verified again before the ledger forgets anything.
      await verifyCaller(loaded, ports, { checkedAt: new Map() });
      isVerified = true;
    }
    const late = { ...snapshot, found: described.ended };
    const { changes, ended } = reconcileDescribed(
      ledger.state(),
      [...described.ended.keys()],
      late,
      loaded.policy.recipient.expiry,
    );
    const accepted = pickFound(before.acceptances, late);
    const followUps = findFollowUps(accepted, late.found, ports.clock.now(), availableWithinMs);
    found.ended = [...found.ended, ...ended];
    found.followUps = [...found.followUps, ...followUps];
    await ledger.write([...createEvents({ ended, followUps }), ...changes]);
    if (described.failures.length > 0) break;
  }
  return unresolved;
}

/**
 * Drops requests whose end is on record already. Reads the history only if there are candidates, which is the case only
 * after an outage that was longer than the expiry.
 * @throws LedgerFailure
 */
async function withoutRecord(
  candidates: readonly VirtualInterface[],
  { ledger, clock }: Ports,
  { recipient }: Policy,
): Promise<readonly VirtualInterface[]> {
  if (candidates.length === 0) return [];
  const since = new Date(clock.now().getTime() - ENDED_REQUESTS_KEPT_MS);
  const { ended } = await ledger.readRecords(recipientKey(recipient), since);
  const recorded = new Set(ended.map(({ id }) => id));
  return candidates.filter(({ id }) => !recorded.has(id));
}
