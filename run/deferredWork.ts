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
} from './publishEvents.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';
import { verifyCaller } from './verifyCaller.ts';

/** What a run works with. */
export interface RunWork {
  readonly input: RunInput;
  readonly memory: LedgerUnitOfWork;
  readonly budget: Budget;
  readonly news: EventFactory;
  /** brought up to date with what is found out */
  readonly found: RunFindings;
}

/** What is left to do once everything that is allowed was attempted. */
export interface DeferredWork {
  /** the ledger as it was when the run began */
  readonly before: LedgerState;
  /** the listing, and what was described before anything was accepted */
  readonly survey: Snapshot;
  readonly cases: ReadonlyMap<string, RequestEvaluation>;
  readonly missing: MissingInterfaces;
  /** IDs whose description concluded nothing */
  readonly open: readonly string[];
  /** that the listing was complete, to be written when that is certain */
  readonly listed: readonly LedgerChange[];
}

/** So many IDs that the listing lacks are described in one run after everything was attempted. */
const MOST = 1000;
/** About so many of them something is written at once. */
const AT_ONCE = 100;
/** What share of the time that is left they may take, and with them the marks of those that wait: the rest is for events. */
const SHARE = 1 / 2;
const MARKS_SHARE = 3 / 4;

/**
 * Does what no confirm depends on: writes what was observed, queues events, and describes what the listing lacks. Its amount
 * is set by strangers, so each part is written when it is done, and what there is no time for is left to the next run.
 * @throws PassFailure
 */
export async function doDeferredWork(work: RunWork, rest: DeferredWork): Promise<void> {
  const { input, memory, budget, news, found } = work;
  const { before, survey, cases, missing } = rest;
  const { ports, loaded } = input;
  const { expiry } = loaded.policy.recipient;
  const unseen = expiredUnobserved(before, survey, expiry);
  const expired = await withoutRecord(unseen, ports, loaded.policy);
  const ends = unobservedEnds(before, { ...survey, expired }, expiry);
  found.ended = [...found.ended, ...ends];
  memory.defer(
    withClosureEvents(
      ends.map((ended) => ({ kind: 'ended' as const, id: ended.id, ended })),
      ends,
      news,
    ),
  );
  // What came of attempts decides their order in the next run, so it is kept in any case.
  memory.add(
    [...cases.values()].filter(wasAttempted).flatMap((item) => observationChanges(item, cases.size)),
  );
  memory.defer(
    [...cases.values()]
      .filter((item) => !wasAttempted(item))
      .map((item) => observationChanges(item, cases.size)),
  );
  queueRequestEvents(input, memory, news, found);
  // Whether a listing lacked something is known only when everything that it showed is on record.
  const late = await writeDeferredInTime(memory, budget);
  found.failures.push(...late);
  await checkRoutes(input, memory, budget, news, found);
  const atFirst = budget();
  const open = await describeMissing(work, rest);
  memory.defer(
    unlistedSinceChanges(memory.state(), missing.notDescribed(), [...rest.open, ...open], survey).map(
      (one) => [one],
    ),
  );
  await memory.writeDeferred(() => hasWriteTime(budget) && budget() >= atFirst * (1 - MARKS_SHARE));
  if (late.length === 0 && missing.isConclusive()) memory.add(rest.listed);
}

function wasAttempted({ outcome, decision }: RequestEvaluation): boolean {
  return outcome === 'failed' || reasonCodesOf(decision).some((code) => isPreflightCode(code));
}

/** @returns the IDs whose description concluded nothing. @throws PassFailure */
async function describeMissing(work: RunWork, { survey, missing, before }: DeferredWork): Promise<string[]> {
  const { input, memory, budget, news, found } = work;
  const { loaded, ports, availableWithinMs } = input;
  const open: string[] = [];
  const least = budget() * (1 - SHARE);
  const hasTime = (): boolean => budget() >= least;
  let isVetted = [...survey.found.values()].includes(null);
  for (let count = 0; count < MOST && missing.notDescribed().length > 0 && hasTime(); count += AT_ONCE) {
    const described = await missing.describeNext(AT_ONCE, hasTime);
    found.warnings.push(...described.warnings);
    found.failures.push(...described.failures);
    open.push(...described.unresolved);
    if (!isVetted && [...described.over.values()].includes(null)) {
      // Keys of another account find nothing of what we remember: before that is forgotten, they are checked again.
      await verifyCaller(loaded, ports, { checkedAt: new Map() });
      isVetted = true;
    }
    const late = { ...survey, found: described.over };
    const { changes, ended } = reconcileDescribed(
      memory.state(),
      [...described.over.keys()],
      late,
      loaded.policy.recipient.expiry,
    );
    const accepted = pickFound(before.acceptances, late);
    const followUps = findFollowUps(accepted, late.found, ports.clock.now(), availableWithinMs);
    found.ended = [...found.ended, ...ended];
    found.followUps = [...found.followUps, ...followUps];
    await memory.write([...news({ ended, followUps }), ...changes]);
    if (described.failures.length > 0) break;
  }
  return open;
}

/** Asked for only after an outage of a week: what was told to have ended then is told no more. @throws LedgerFailure */
async function withoutRecord(
  expired: readonly VirtualInterface[],
  { ledger, clock }: Ports,
  { recipient }: Policy,
): Promise<readonly VirtualInterface[]> {
  if (expired.length === 0) return [];
  const since = new Date(clock.now().getTime() - ENDED_REQUESTS_KEPT_MS);
  const { ended } = await ledger.readRecords(recipientKey(recipient), since);
  const onRecord = new Set(ended.map(({ id }) => id));
  return expired.filter(({ id }) => !onRecord.has(id));
}
