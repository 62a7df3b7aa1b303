import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { readErrorCode } from '../../adapters/fileSystem.ts';
import { isRecord } from '../../core/decoders.ts';
import type { EventType } from '../../core/events/event.ts';
import type { Path } from '../../language/index.ts';
import { UsageError } from '../options.ts';

/** Reads a request file; `-` is standard input. @returns its text, and its name for messages @throws UsageError */
export async function readRequestFile(
  path: string,
): Promise<{ readonly text: string; readonly file: string }> {
  const file = path === '-' ? 'standard input' : path;
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    const code = readErrorCode(cause);
    throw new UsageError(
      `${file}: ${READ_ERRORS[code] ?? `it cannot be read (${code}); check its permissions`}`,
    );
  }
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check its path',
  EISDIR: 'it is a folder; name a file in it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text; save it as UTF-8',
};

/** A JSON document in a file. */
export interface JsonDocument {
  readonly content: unknown;
  /** without the text before it */
  readonly text: string;
  /** number of lines before it */
  readonly line: number;
  /** whether the file has one document per line */
  readonly isLine: boolean;
}

/** The text is not JSON. The error has only the position, because the text may contain keys. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly position: { readonly line: number; readonly column: number } | null;
  constructor(position: NotJson['position']) {
    super('it is not JSON');
    this.position = position;
  }
}

/**
 * Splits the text of a file into its documents: one, or one per line, as `run --events` writes them.
 * @throws NotJson
 */
export function parseDocuments(whole: string): readonly JsonDocument[] {
  const text = whole.replace(/^\uFEFF/, '');
  const lines = text
    .split('\n')
    .map((content, line) => ({ text: content, line }))
    .filter((one) => one.text.trim() !== '');
  const [first, ...others] = lines;
  if (first === undefined || others.length === 0 || !isDocument(first.text))
    return [{ content: parseText(text, 0), text, line: 0, isLine: false }];
  return lines.map((one) => ({ ...one, content: parseText(one.text, one.line), isLine: true }));
}

/** Whether the first line is a complete document, not the beginning of a longer one. */
function isDocument(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

function parseText(text: string, before: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // No cause, and only the position is taken from the message: a parser's message quotes the text.
    const message = error instanceof Error ? error.message : '';
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    if (line !== undefined) throw new NotJson({ line: Number(line) + before, column: Number(column) });
    throw new NotJson(before === 0 ? null : { line: before + 1, column: 1 });
  }
}

/** One virtual interface in a document. */
export interface RequestItem {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly path: Path;
  readonly form: 'api' | 'ours';
  /** target of the request, where the document names one, as `run --json` does; `null`: not named */
  readonly target: string | null;
  /** type of the event that contains it; `null`: not in an event */
  readonly event: string | null;
}

/**
 * Finds the virtual interfaces in a document: output of `describe-virtual-interfaces`, a document of our `--json` options, an event, a
 * receipt, a list of these, or a single interface, which other API operations wrap in `virtualInterface`.
 * @returns `null` when the document is none of these
 */
export function findItems(document: unknown): readonly RequestItem[] | null {
  if (Array.isArray(document)) return findInList(document, [], null);
  if (!isRecord(document)) return null;
  for (const [key, inner] of [
    ['runs', 'requests'],
    // Of documents of earlier versions.
    ['passes', 'requests'],
    ['targets', 'pending'],
  ] as const) {
    const groups = document[key];
    if (groups !== undefined) return Array.isArray(groups) ? findInGroups(groups, key, inner) : null;
  }
  for (const key of ['virtualInterfaces', 'requests', 'pending', 'receipts']) {
    const list = document[key];
    if (list !== undefined) return Array.isArray(list) ? findInList(list, [key], targetOf(document)) : null;
  }
  // Fail closed: the answer to a confirm has a state but no ID.
  if (Object.keys(document).every((key) => key === 'virtualInterfaceState')) return null;
  return findInList([document], null, null);
}

function findInGroups(groups: readonly unknown[], key: string, inner: string): readonly RequestItem[] | null {
  const found = groups.map((group, i) => {
    if (!isRecord(group)) return null;
    const list = group[inner];
    return Array.isArray(list) ? findInList(list, [key, i, inner], targetOf(group)) : null;
  });
  return found.includes(null) ? null : found.flatMap((items) => items ?? []);
}

/** @param at path of the list; `null`: the single item is the document itself */
function findInList(
  list: readonly unknown[],
  at: Path | null,
  target: string | null,
): readonly RequestItem[] | null {
  const items = list.map((raw, i): readonly RequestItem[] | null =>
    isRecord(raw) ? findInEntry(raw, at === null ? [] : [...at, i], target) : null,
  );
  return items.includes(null) ? null : items.flatMap((found) => found ?? []);
}

/** The interfaces of one entry: none for an event that is not about a request; `null` when the entry is not an interface. */
function findInEntry(
  entry: Readonly<Record<string, unknown>>,
  at: Path,
  target: string | null,
): readonly RequestItem[] | null {
  const { 'detail-type': type, detail, receipt, virtualInterface } = entry;
  if (virtualInterface !== undefined)
    return isRecord(virtualInterface)
      ? [createItem(virtualInterface, [...at, 'virtualInterface'], target, null)]
      : null;
  if (typeof type === 'string' && isRecord(detail))
    return isRecord(detail.request)
      ? [createItem(detail.request, [...at, 'detail', 'request'], targetOf(detail), type)]
      : [];
  if (isRecord(receipt) && isRecord(receipt.request))
    return [createItem(receipt.request, [...at, 'receipt', 'request'], targetOf(entry), null)];
  if (isRecord(entry.request)) return [createItem(entry.request, [...at, 'request'], targetOf(entry), null)];
  return [createItem(entry, at, target, null)];
}

function createItem(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  target: string | null,
  event: string | null,
): RequestItem {
  return { raw, path, form: hasApiSpelling(raw) ? 'api' : 'ours', target, event };
}

/** Whether the item has the API's spelling: our own documents have none of these keys. */
function hasApiSpelling(raw: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(raw).some((key) => /^virtualInterface[A-Z]/.test(key) || key === 'connectionId');
}

function targetOf({ target }: Readonly<Record<string, unknown>>): string | null {
  return typeof target === 'string' ? target : null;
}

/** Events after which a request is no longer pending. */
const CLOSING_EVENTS: ReadonlySet<string> = new Set<EventType>([
  'Request Accepted',
  'Request Ended',
  'Request Expired',
]);

/** Whether the request was still pending when the event was published. */
export function isStillPending({ event }: RequestItem): boolean {
  return event === null || !CLOSING_EVENTS.has(event);
}

/**
 * Keeps one event per request: the last one that contains the whole request, because an event about a request that only the ledger
 * knew contains less. Items that are not in an event are kept.
 * @param isWanted evaluated for the last event of each request
 */
export function keepLatestEvents<T extends RequestItem>(
  items: readonly T[],
  isWanted: (item: RequestItem) => boolean,
): readonly T[] {
  const withoutEvent = items.filter(({ event }) => event === null);
  const byRequest = Map.groupBy(
    items.filter(({ event }) => event !== null),
    ({ raw: { id } }) => id,
  );
  const last = [...byRequest.values()].flatMap((events) => {
    const latest = events.at(-1);
    if (latest === undefined || !isWanted(latest)) return [];
    return [events.findLast(({ raw }) => Object.hasOwn(raw, 'peers')) ?? latest];
  });
  return [...withoutEvent, ...last];
}
