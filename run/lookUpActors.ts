import type { ActorResult, LoggedCall } from '../core/actor.ts';
import { type AwaitedActor, findActor } from '../core/awaitedActor.ts';
import { addActor } from '../core/events/actorOfEvent.ts';
import type { LedgerChange, QueuedEvent } from '../core/ledgerState.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import { ApiFailure, CallFailure } from './portErrors.ts';
import type { AuditLog, Clock } from './ports.ts';
import type { Budget } from './runContext.ts';

/** The time to reserve for one look-up, in milliseconds: it may take several calls. */
const LOOKUP_MS = 28_000;
/** The time that all look-ups of a run may take, in milliseconds. */
const ALL_LOOKUPS_MS = 30_000;

/** An event that waits for its actor. */
interface WaitingEvent {
  readonly event: QueuedEvent;
  readonly awaited: AwaitedActor;
}

interface ActorLookup {
  /** `null`: actors are no longer looked up, so that no event waits any longer */
  readonly auditLog: AuditLog | null;
  readonly ledger: LedgerUnitOfWork;
  readonly clock: Clock;
  readonly budget: Budget;
  /** the time until the next run, in milliseconds; `null`: unknown */
  readonly intervalMs: number | null;
}

/**
 * Looks up the actors that events wait for. An event whose actor is found becomes ready; so does one that cannot wait until the next run.
 * It only informs: it comes after everything else of a run, for a limited time, and an error of it fails nothing.
 * @returns warnings
 */
export async function lookUpActors(lookup: ActorLookup): Promise<RunProblem[]> {
  const { ledger, clock } = lookup;
  const waiting = Object.values(ledger.state().outbox).flatMap((event): WaitingEvent[] =>
    event.awaitedActor === undefined ? [] : [{ event, awaited: event.awaitedActor }],
  );
  const startedAt = clock.monotonic();
  const hasTime = (): boolean =>
    lookup.budget() >= LOOKUP_MS && clock.monotonic() - startedAt <= ALL_LOOKUPS_MS - LOOKUP_MS;
  const warnings = new Map<string, RunProblem>();
  // One look-up finds the actors of all events of its kind.
  for (const [, same] of Map.groupBy(waiting, ({ awaited: { action, type } }) => `${action} ${type}`)) {
    const outcome = hasTime() ? await readCalls(same, lookup) : 'failed';
    if (outcome instanceof CallFailure) warnings.set(outcome.message, describeFailure(outcome));
    ledger.add(same.flatMap((one) => resolve(one, outcome, lookup)));
  }
  return [...warnings.values()];
}

type Outcome = readonly LoggedCall[] | CallFailure | 'failed';

async function readCalls(same: readonly WaitingEvent[], { auditLog, clock }: ActorLookup): Promise<Outcome> {
  const [first] = same;
  if (first === undefined || auditLog === null) return 'failed';
  const since = Math.min(...same.map(({ awaited }) => Date.parse(awaited.since)));
  const { action, type } = first.awaited;
  try {
    return await auditLog.read(action, type, new Date(since), clock.now());
  } catch (error) {
    if (error instanceof CallFailure) return error;
    throw error;
  }
}

function resolve(
  { event, awaited }: WaitingEvent,
  outcome: Outcome,
  { auditLog, clock, intervalMs }: ActorLookup,
): LedgerChange[] {
  const result = toResult(awaited, outcome);
  const nextRun = clock.now().getTime() + (intervalMs ?? 0);
  const mayWait = auditLog !== null && (result.status === 'notFound' || result.status === 'failed');
  if (mayWait && nextRun <= Date.parse(awaited.until)) return [];
  const ended =
    result.status === 'found' && awaited.ended !== null ? { ...awaited.ended, actor: result.actor } : null;
  return [{ kind: 'actorResolved', event: addActor(event, awaited.action, result), ended }];
}

function toResult(awaited: AwaitedActor, outcome: Outcome): ActorResult {
  if (outcome instanceof ApiFailure && outcome.kind === 'credentials') return { status: 'notPermitted' };
  if (outcome === 'failed' || outcome instanceof CallFailure) return { status: 'failed' };
  const actor = findActor(awaited, outcome);
  return actor === null ? { status: 'notFound' } : { status: 'found', actor };
}

function describeFailure({ message }: CallFailure): RunProblem {
  return {
    code: 'audit-log',
    message: `who changed an interface manually could not be looked up, and its event does not name the person: ${message}`,
  };
}
