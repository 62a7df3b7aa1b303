import { digestOf } from '../json.ts';
import { listSome } from '../printableText.ts';
import type { Failure } from '../runReport.ts';
import { type Announcement, announcement, NOTHING_TO_DO, type Origin } from './event.ts';
import { type AnnouncementKind, bounded, type News } from './eventDefinition.ts';

/** That passes fail, and again when they fail of something else; once they work again, the next failure is news. */
export const passFailed: AnnouncementKind = {
  types: ['Pass Failed'],
  news: ({ origin, at, startedAt, state, failures }) => {
    const codes = codesOf(failures);
    const isKnown = state.failing?.codes.join() === codes.join();
    if (codes.length === 0 || isKnown) return [];
    const failing = { since: startedAt, codes };
    return [{ ...failedNews(origin, at, failures, startedAt), mark: { of: 'failing', failing } }];
  },
};

/** For a pass whose ledger fails, so that nothing can be remembered in it. */
export function failedWithoutMemory(
  origin: Origin,
  at: string,
  failures: readonly Failure[],
  startedAt: string,
): Announcement {
  return failedNews(origin, at, failures, startedAt).announcement;
}

/** Failures that one announcement tells in words. */
const MOST = 20;

function failedNews(origin: Origin, at: string, failures: readonly Failure[], since: string): News {
  // An event has a size that it may not exceed.
  const first = failures.slice(0, MOST).map(bounded);
  const messages = failures.map((failure) => bounded(failure).message);
  const detail = {
    message: `pass over target \`${origin.target}\` failed: ${listSome(messages, MOST)}`,
    failures: first,
    failureCount: failures.length,
    forPeople: {
      who: NOTHING_TO_DO,
      why: listSome(messages, 5),
      byWhen: 'requests may expire while passes fail',
      toDo: `vif-acceptor doctor --policy policy/${origin.target}.yaml`,
    },
  };
  return {
    announcement: announcement('Pass Failed', origin, at, [since, ...codesOf(failures)], detail),
    mark: null,
  };
}

/** What is one failure and what another: of these codes each message is, for it names another thing. */
function codesOf(failures: readonly Failure[]): string[] {
  const kinds = failures.map(({ code, message }) =>
    code === 'other-gateway' || code === 'ledger' ? `${code} ${digestOf(message).slice(-8)}` : code,
  );
  return [...new Set(kinds)].sort();
}
