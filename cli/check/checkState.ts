import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, readErrorCode, replaceFile } from '../../adapters/fileSystem.ts';
import * as d from '../../core/decoders.ts';
import type { EndedView } from '../status/targetView.ts';

/** What the last check recorded about one target. */
export interface LastCheck {
  readonly at: string;
  /** expired requests that were already reported: a run may record one after a check has found it */
  readonly reported: readonly string[];
}

/** The records of earlier checks, by recipient key. */
export interface CheckState {
  readonly targets: ReadonlyMap<string, LastCheck>;
  /** why the records cannot be read; `null`: they were read, or there was no check yet */
  readonly problem: string | null;
  /** content of the file, including keys that a later release added; empty when it cannot be read */
  readonly raw: Readonly<Record<string, unknown>>;
}

const FORMAT = 1;
const NO_CHECKS: CheckState = { targets: new Map(), problem: null, raw: {} };

/** Reads the file. An unreadable file counts as no earlier check: a finding may then be reported twice, but is never lost. */
export async function readCheckState(path: string): Promise<CheckState> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return NO_CHECKS;
    return unreadableState(path, `cannot be read (${readErrorCode(error)})`);
  }
  try {
    return decodeState(path, JSON.parse(text));
  } catch (error) {
    return unreadableState(
      path,
      `is damaged: ${error instanceof d.Malformed ? error.message : 'it is not JSON'}`,
    );
  }
}

/**
 * Replaces the whole file.
 * @param now the records of the checked targets; those of other targets are kept
 * @returns why it could not be written; `null` when it was
 */
export async function writeCheckState(
  path: string,
  { raw }: CheckState,
  now: ReadonlyMap<string, LastCheck>,
): Promise<string | null> {
  try {
    const before = d.record(raw.targets ?? {}, 'targets');
    const updated = [...now].map(([key, check]) => [key, { ...d.record(before[key] ?? {}, key), ...check }]);
    const document = { ...raw, format: FORMAT, targets: { ...before, ...Object.fromEntries(updated) } };
    await makeFolder(dirname(path), 0o700);
    await replaceFile(path, `${JSON.stringify(document, null, 2)}\n`, () => undefined);
    return null;
  } catch (error) {
    return `${path} cannot be written (${readErrorCode(error)}), so the next check may report the same again; fix the permissions of its folder, or free some space`;
  }
}

const HOUR_MS = 3_600_000;
/** Period that a first check covers, in milliseconds. */
const FIRST_MS = 24 * HOUR_MS;
/** Overlap of two checks, in milliseconds: a run may record, after a check, an expiry that it found before. */
const MARGIN_MS = HOUR_MS;

/**
 * Finds the requests that expired since the last check and were not reported yet.
 * @param last `null`: no earlier check is known
 */
export function findNewlyExpired(
  ended: readonly EndedView[],
  at: string,
  last: LastCheck | null,
): EndedView[] {
  const now = Date.parse(at);
  // A clock that was set back must not hide an expiry.
  const since = last === null ? now - FIRST_MS : Math.min(now, Date.parse(last.at)) - MARGIN_MS;
  const reported = new Set(last?.reported);
  return ended.filter(
    (end) => end.as === 'expired' && Date.parse(end.endedAt) >= since && !reported.has(requestKey(end)),
  );
}

/** The record for the next check. Reported requests are kept as long as `status` shows them. */
export function nextLastCheck(
  ended: readonly EndedView[],
  at: string,
  last: LastCheck | null,
  now: readonly EndedView[],
): LastCheck {
  const shown = new Set(ended.map(requestKey));
  const before = (last?.reported ?? []).filter((key) => shown.has(key));
  return { at, reported: [...new Set([...before, ...now.map(requestKey)])].sort() };
}

function requestKey({ id, firstSeen }: EndedView): string {
  return `${id} ${firstSeen ?? 'unseen'}`;
}

function decodeState(path: string, document: unknown): CheckState {
  const raw = d.record(document, '');
  const format = d.integer(1)(raw.format, 'format');
  if (format > FORMAT)
    return unreadableState(
      path,
      `is of format ${format}, but this version supports ${FORMAT} only; upgrade vif-acceptor`,
    );
  return {
    targets: new Map(Object.entries(d.map(decodeLastCheck)(raw.targets, 'targets'))),
    problem: null,
    raw,
  };
}

/** Keys that a later release adds are ignored here, and kept by `writeCheckState`. */
function decodeLastCheck(raw: unknown, path: string): LastCheck {
  const { at, reported } = d.record(raw, path);
  return {
    at: d.instant(at, `${path}.at`),
    reported: d.array(d.string)(reported, `${path}.reported`),
  };
}

function unreadableState(path: string, why: string): CheckState {
  const problem = `${path} ${why}; this check counts as the first one, and replaces it`;
  return { ...NO_CHECKS, problem };
}
