import { codesOf } from '../core/decide.ts';
import { ENDS_KEPT_MS } from '../core/endedRequest.ts';
import { followUp } from '../core/followUp.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import type { VirtualInterface } from '../core/model.ts';
import { waitingChanges } from '../core/observations.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import { isInspection } from '../core/reasons.ts';
import { expiredUnseen, reconcileLate, unseenEnds } from '../core/reconcile.ts';
import { type Case, lessonOf } from '../core/requestEvaluation.ts';
import { onlyFound, type Survey } from '../core/snapshot.ts';
import { lookAtRoutes } from './checkRoutes.ts';
import type { Memory } from './ledgerUnitOfWork.ts';
import type { Missing } from './missingInterfaces.ts';
import type { Ports } from './ports.ts';
import { hasWriteTime, type Newsroom, queueNews, withEnds, writeDeferred } from './publishEvents.ts';
import type { Budget, Findings, PassInput } from './runContext.ts';
import { vet } from './verifyCaller.ts';

/** What a run works with. */
export interface Work {
  readonly input: PassInput;
  readonly memory: Memory;
  readonly budget: Budget;
  readonly news: Newsroom;
  /** brought up to date with what is found out */
  readonly found: Findings;
}

/** What is left to do once everything that is allowed was attempted. */
export interface Rest {
  /** the ledger as it was when the run began */
  readonly before: LedgerState;
  /** the listing, and what was described before anything was accepted */
  readonly survey: Survey;
  readonly cases: ReadonlyMap<string, Case>;
  readonly missing: Missing;
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
export async function catchUp(work: Work, rest: Rest): Promise<void> {
  const { input, memory, budget, news, found } = work;
  const { before, survey, cases, missing } = rest;
  const { ports, loaded } = input;
  const { expiry } = loaded.policy.recipient;
  const unseen = expiredUnseen(before, survey, expiry);
  const expired = await withoutRecord(unseen, ports, loaded.policy);
  const ends = unseenEnds(before, { ...survey, expired }, expiry);
  found.ended = [...found.ended, ...ends];
  memory.defer(
    withEnds(
      ends.map((ended) => ({ kind: 'ended' as const, id: ended.id, ended })),
      ends,
      news,
    ),
  );
  // What came of attempts decides their order in the next run, so it is kept in any case.
  memory.note([...cases.values()].filter(wasAttempted).flatMap((item) => lessonOf(item, cases.size)));
  memory.defer(
    [...cases.values()].filter((item) => !wasAttempted(item)).map((item) => lessonOf(item, cases.size)),
  );
  queueNews(input, memory, news, found);
  // Whether a listing lacked something is known only when everything that it showed is on record.
  const late = await writeDeferred(memory, budget);
  found.failures.push(...late);
  await lookAtRoutes(input, memory, budget, news, found);
  const atFirst = budget();
  const open = await describeMissing(work, rest);
  memory.defer(
    waitingChanges(memory.state(), missing.waiting(), [...rest.open, ...open], survey).map((one) => [one]),
  );
  await memory.catchUp(() => hasWriteTime(budget) && budget() >= atFirst * (1 - MARKS_SHARE));
  if (late.length === 0 && missing.isSettled()) memory.note(rest.listed);
}

function wasAttempted({ outcome, decision }: Case): boolean {
  return outcome === 'failed' || codesOf(decision).some((code) => isInspection(code));
}

/** @returns the IDs whose description concluded nothing. @throws PassFailure */
async function describeMissing(work: Work, { survey, missing, before }: Rest): Promise<string[]> {
  const { input, memory, budget, news, found } = work;
  const { loaded, ports, availableWithinMs } = input;
  const open: string[] = [];
  const least = budget() * (1 - SHARE);
  const hasTime = (): boolean => budget() >= least;
  let isVetted = [...survey.found.values()].includes(null);
  for (let count = 0; count < MOST && missing.waiting().length > 0 && hasTime(); count += AT_ONCE) {
    const described = await missing.describe(AT_ONCE, hasTime);
    found.warnings.push(...described.warnings);
    found.failures.push(...described.failures);
    open.push(...described.open);
    if (!isVetted && [...described.over.values()].includes(null)) {
      // Keys of another account find nothing of what we remember: before that is forgotten, they are checked again.
      await vet(loaded, ports, { checkedAt: new Map() });
      isVetted = true;
    }
    const late = { ...survey, found: described.over };
    const { changes, ended } = reconcileLate(
      memory.state(),
      [...described.over.keys()],
      late,
      loaded.policy.recipient.expiry,
    );
    const accepted = onlyFound(before.acceptances, late);
    const followUps = followUp(accepted, late.found, ports.clock.now(), availableWithinMs);
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
  const since = new Date(clock.now().getTime() - ENDS_KEPT_MS);
  const { ended } = await ledger.records(recipientKey(recipient), since);
  const onRecord = new Set(ended.map(({ id }) => id));
  return expired.filter(({ id }) => !onRecord.has(id));
}
