import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, readErrorCode, replaceFile } from '../../adapters/fileSystem.ts';
import * as d from '../../core/decode.ts';
import type { EndedView } from '../status/targetView.ts';

/** What an earlier check left behind about one target. */
export interface LastCheck {
  readonly at: string;
  /** expired requests that were reported: a run may record one after a check has found it */
  readonly reported: readonly string[];
}

const HOUR_MS = 3_600_000;
/** How far back a first check looks, in milliseconds. */
const FIRST_MS = 24 * HOUR_MS;
/** A run may record, after a check, what it found out before it. */
const MARGIN_MS = HOUR_MS;

/**
 * The requests that expired since the last check and were not reported yet.
 * @param last `null`: there was none, as far as is known
 */
export function findNewlyExpired(
  ended: readonly EndedView[],
  at: string,
  last: LastCheck | null,
): EndedView[] {
  const now = Date.parse(at);
  // A clock that was set back must hide nothing.
  const since = last === null ? now - FIRST_MS : Math.min(now, Date.parse(last.at)) - MARGIN_MS;
  const reported = new Set(last?.reported);
  return ended.filter(
    (end) => end.as === 'expired' && Date.parse(end.endedAt) >= since && !reported.has(keyOf(end)),
  );
}

/** What the next check must know. Reported requests are kept as long as `status` shows them. */
export function nextLastCheck(
  ended: readonly EndedView[],
  at: string,
  last: LastCheck | null,
  now: readonly EndedView[],
): LastCheck {
  const shown = new Set(ended.map(keyOf));
  const before = (last?.reported ?? []).filter((key) => shown.has(key));
  return { at, reported: [...new Set([...before, ...now.map(keyOf)])].sort() };
}

function keyOf({ id, firstSeen }: EndedView): string {
  return `${id} ${firstSeen ?? 'unseen'}`;
}

/** What checks remember of every target, by recipient key. */
export interface CheckState {
  readonly targets: ReadonlyMap<string, LastCheck>;
  /** why nothing of it is known; `null`: it is known, or there was no check yet */
  readonly problem: string | null;
  /** as it stands in the file, with what a later release may have added; empty where it cannot be read */
  readonly raw: Readonly<Record<string, unknown>>;
}

const FORMAT = 1;
const NEVER: CheckState = { targets: new Map(), problem: null, raw: {} };

/** A file that cannot be read counts as no check at all: then something is reported twice, and never not at all. */
export async function readCheckState(path: string): Promise<CheckState> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return NEVER;
    return unknown(path, `cannot be read (${readErrorCode(error)})`);
  }
  try {
    return decode(path, JSON.parse(text));
  } catch (error) {
    return unknown(path, `is damaged: ${error instanceof d.Malformed ? error.message : 'it is not JSON'}`);
  }
}

function decode(path: string, document: unknown): CheckState {
  const raw = d.record(document, '');
  const format = d.integer(1)(raw.format, 'format');
  if (format > FORMAT)
    return unknown(
      path,
      `is of format ${format}, newer than ${FORMAT}, which this version writes; upgrade vif-acceptor`,
    );
  return { targets: new Map(Object.entries(d.map(lastCheck)(raw.targets, 'targets'))), problem: null, raw };
}

/** Keys that a later release adds are ignored here, and kept by `writeState`. */
function lastCheck(raw: unknown, path: string): LastCheck {
  const { at, reported } = d.record(raw, path);
  return {
    at: d.instant(at, `${path}.at`),
    reported: d.array(d.string)(reported, `${path}.reported`),
  };
}

function unknown(path: string, why: string): CheckState {
  const problem = `${path} ${why}; this check counts as the first one, and replaces it`;
  return { ...NEVER, problem };
}

/**
 * Replaces the file as a whole.
 * @param now what this check knows of its targets; the others stay as they are
 * @returns why it could not be written; `null` when it was
 */
export async function writeCheckState(
  path: string,
  { raw }: CheckState,
  now: ReadonlyMap<string, LastCheck>,
): Promise<string | null> {
  try {
    const before = d.record(raw.targets ?? {}, 'targets');
    const renewed = [...now].map(([key, check]) => [key, { ...d.record(before[key] ?? {}, key), ...check }]);
    const document = { ...raw, format: FORMAT, targets: { ...before, ...Object.fromEntries(renewed) } };
    await makeFolder(dirname(path), 0o700);
    await replaceFile(path, `${JSON.stringify(document, null, 2)}\n`, () => undefined);
    return null;
  } catch (error) {
    return `${path} cannot be written (${readErrorCode(error)}), so the next check may report the same again; fix its folder, or free some room`;
  }
}
