import * as d from '../../core/decoders.ts';
import type { RecordedCounts, RecordedRun, RunFlag, TargetHealth } from '../../core/health.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import { oneLine } from './decodeItems.ts';

/**
 * The stored form of a target's health. It has a format of its own, and is not part of any item that decides about requests. It is
 * short, because the item that has the lease is written several times in each run.
 */
interface StoredHealth {
  readonly format: number;
  /** when the newest run finished; `null`: there is none */
  readonly at: string | null;
  /** the runs, newest first: seconds before `at`, and a letter for each flag, such as `0 300 601fc` */
  readonly runs: string;
  readonly failed: TargetHealth['lastFailure'];
  readonly counts: RecordedCounts | null;
  readonly near: string | null;
}

/** Keys and letters may be added within a format: this release ignores those that it does not know. */
const FORMAT = 1;

const LETTERS: Readonly<Record<RunFlag, string>> = {
  failed: 'f',
  confirmFailed: 'c',
  undelivered: 'u',
  expired: 'x',
  notAvailable: 'n',
  unexpectedRoutes: 'r',
  unattended: 'q',
  webhooksOnly: 'w',
};
const FLAGS: ReadonlyMap<string, RunFlag> = new Map(
  Object.entries(LETTERS).map(([flag, letter]) => [letter, flag as RunFlag]),
);

export function encodeHealth({ runs, lastFailure, lastCounts, nearFrom }: TargetHealth): StoredHealth {
  const at = runs[0]?.at ?? null;
  return {
    format: FORMAT,
    at,
    runs: runs.map((run) => encodeRun(run, at ?? run.at)).join(' '),
    failed: lastFailure,
    counts: lastCounts,
    near: nearFrom,
  };
}

function encodeRun({ at, flags }: RecordedRun, newest: string): string {
  return `${(Date.parse(newest) - Date.parse(at)) / 1000}${flags.map((flag) => LETTERS[flag]).join('')}`;
}

const RUNS = /^(?:\d{1,9}[a-z]*(?: \d{1,9}[a-z]*)*)?$/;

const decodeStoredHealth = d.openObject<StoredHealth>({
  format: d.oneOf([FORMAT]),
  at: d.orNull(d.instant),
  runs: d.text('ages of runs, such as `0 300 601f`', (value) => RUNS.test(value)),
  failed: d.orNull(
    d.openObject<NonNullable<TargetHealth['lastFailure']>>({ at: d.instant, codes: d.array(oneLine) }),
  ),
  counts: d.orNull(
    d.openObject<RecordedCounts>({
      at: d.instant,
      pending: d.integer(0),
      held: d.integer(0),
      accepted: d.integer(0),
      failed: d.integer(0),
    }),
  ),
  near: d.orNull(d.instant),
});

/**
 * Reads the health as any release stored it; `undefined`: none stored it. No decision depends on it, so what cannot be read is
 * reported and does not stop a run.
 */
export function readHealth(raw: unknown): LedgerState['health'] {
  if (raw === undefined) return null;
  try {
    return decodeHealth(raw);
  } catch (error) {
    if (error instanceof d.Malformed) return 'unreadable';
    throw error;
  }
}

function decodeHealth(raw: unknown): TargetHealth {
  const { at, runs, failed, counts, near } = decodeStoredHealth(raw, '');
  const tokens = runs.split(' ').filter((token) => token !== '');
  return {
    runs: at === null ? [] : tokens.map((token) => decodeRun(token, at)),
    lastFailure: failed,
    lastCounts: counts,
    nearFrom: near,
  };
}

function decodeRun(token: string, newest: string): RecordedRun {
  const age = Number.parseInt(token, 10);
  const flags = [...token.replace(/^\d+/, '')].flatMap((letter) => FLAGS.get(letter) ?? []);
  return { at: new Date(Date.parse(newest) - age * 1000).toISOString(), flags };
}
