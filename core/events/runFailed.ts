import { digestOf } from '../json.ts';
import { formatFirst } from '../printableText.ts';
import type { RunProblem } from '../runReport.ts';
import { type AcceptorEvent, createEvent, type EventOrigin, NOTHING_TO_DO } from './event.ts';
import { boundedReason, type EventDefinition, type NewEvent } from './eventDefinition.ts';

/** That passes fail, and again when they fail of something else; once they work again, the next failure is news. */
export const runFailed: EventDefinition = {
  types: ['Pass Failed'],
  findNew: ({ origin, at, startedAt, state, failures }) => {
    const codes = codesOf(failures);
    const isKnown = state.failing?.codes.join() === codes.join();
    if (codes.length === 0 || isKnown) return [];
    const failing = { since: startedAt, codes };
    return [{ ...failedNews(origin, at, failures, startedAt), mark: { of: 'failing', failing } }];
  },
};

/** For a pass whose ledger fails, so that nothing can be remembered in it. */
export function createRunFailedEvent(
  origin: EventOrigin,
  at: string,
  failures: readonly RunProblem[],
  startedAt: string,
): AcceptorEvent {
  return failedNews(origin, at, failures, startedAt).event;
}

/** Failures that one announcement tells in words. */
const MOST = 20;

function failedNews(
  origin: EventOrigin,
  at: string,
  failures: readonly RunProblem[],
  since: string,
): NewEvent {
  // An event has a size that it may not exceed.
  const first = failures.slice(0, MOST).map(boundedReason);
  const messages = failures.map((failure) => boundedReason(failure).message);
  const detail = {
    message: `pass over target \`${origin.target}\` failed: ${formatFirst(messages, MOST)}`,
    failures: first,
    failureCount: failures.length,
    forPeople: {
      who: NOTHING_TO_DO,
      why: formatFirst(messages, 5),
      byWhen: 'requests may expire while passes fail',
      toDo: `vif-acceptor doctor --policy policy/${origin.target}.yaml`,
    },
  };
  return {
    event: createEvent('Pass Failed', origin, at, [since, ...codesOf(failures)], detail),
    mark: null,
  };
}

/** What is one failure and what another: of these codes each message is, for it names another thing. */
function codesOf(failures: readonly RunProblem[]): string[] {
  const kinds = failures.map(({ code, message }) =>
    code === 'other-gateway' || code === 'ledger' ? `${code} ${digestOf(message).slice(-8)}` : code,
  );
  return [...new Set(kinds)].sort();
}
