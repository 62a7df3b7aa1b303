import { announcement, type Origin } from '../announcement.ts';
import type { Failure } from '../failure.ts';
import { list } from '../text.ts';
import type { AnnouncementKind, News } from './kind.ts';

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

/**
 * For a pass whose ledger fails, so that nothing can be remembered: the same failures of one day are one announcement to
 * whoever drops repeats.
 */
export function failedWithoutMemory(origin: Origin, at: string, failures: readonly Failure[]): News {
  return failedNews(origin, at, failures, at.slice(0, 10));
}

/** Failures that one announcement tells in words. */
const MOST = 20;

function failedNews(origin: Origin, at: string, failures: readonly Failure[], since: string): News {
  // An event has a size that it may not exceed.
  const first = failures.slice(0, MOST).map(({ code, message }) => ({ code, message }));
  const more = failures.length - first.length;
  const messages = [...first.map(({ message }) => message), ...(more === 0 ? [] : [`${more} more`])];
  const detail = {
    message: `pass over target \`${origin.target}\` failed: ${list(messages)}`,
    failures: first,
    failureCount: failures.length,
  };
  return {
    announcement: announcement('Pass Failed', origin, at, [since, ...codesOf(failures)], detail),
    mark: null,
  };
}

function codesOf(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map(({ code }) => code))].sort();
}
