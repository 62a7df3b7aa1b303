import { digestOf } from '../json.ts';
import { formatFirst } from '../printableText.ts';
import type { RunProblem } from '../runReport.ts';
import { type AcceptorEvent, createEvent, type EventOrigin, NOTHING_TO_DO } from './event.ts';
import { boundedReason, type EventDefinition, type NewEvent } from './eventDefinition.ts';

/**
 * Reports that runs fail, and reports again when the cause changes. After a successful run, the next failure is reported
 * again.
 */
export const runFailed: EventDefinition = {
  types: ['Run Failed'],
  findNew: ({ origin, at, startedAt, state, failures }) => {
    const codes = causesOf(failures);
    const isKnown = state.failing?.codes.join() === codes.join();
    if (codes.length === 0 || isKnown) return [];
    const failing = { since: startedAt, codes };
    return [{ ...createNewEvent(origin, at, failures, startedAt), mark: { of: 'failing', failing } }];
  },
};

/** For a run whose ledger fails, so that the event cannot be marked as published. */
export function createRunFailedEvent(
  origin: EventOrigin,
  at: string,
  failures: readonly RunProblem[],
  startedAt: string,
): AcceptorEvent {
  return createNewEvent(origin, at, failures, startedAt).event;
}

/** The most failures that one event lists. */
const MAX_LISTED_FAILURES = 20;

function createNewEvent(
  origin: EventOrigin,
  at: string,
  failures: readonly RunProblem[],
  since: string,
): NewEvent {
  // EventBridge limits the size of an event.
  const first = failures.slice(0, MAX_LISTED_FAILURES).map(boundedReason);
  const messages = failures.map((failure) => boundedReason(failure).message);
  const detail = {
    message: `run for target \`${origin.target}\` failed: ${formatFirst(messages, MAX_LISTED_FAILURES)}`,
    failures: first,
    failureCount: failures.length,
    notification: {
      who: NOTHING_TO_DO,
      why: formatFirst(messages, 5),
      byWhen: 'requests may expire while runs fail',
      toDo: `vif-acceptor doctor --policy policy/${origin.target}.yaml`,
    },
  };
  return {
    event: createEvent('Run Failed', origin, at, [since, ...causesOf(failures)], detail),
    mark: null,
  };
}

/**
 * The causes that distinguish one outage from another. For these two codes the message is part of the cause, since it
 * names a different object.
 */
function causesOf(failures: readonly RunProblem[]): string[] {
  const kinds = failures.map(({ code, message }) =>
    code === 'other-gateway' || code === 'ledger' ? `${code} ${digestOf(message).slice(-8)}` : code,
  );
  return [...new Set(kinds)].sort();
}
