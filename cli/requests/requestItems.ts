import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { EventType } from '../../core/events/event.ts';
import type { Path } from '../../language/index.ts';
import { UsageError } from '../options.ts';

/** The text of a request file, and its name for messages; `-` is standard input. @throws UsageError */
export async function readRequestFile(
  path: string,
): Promise<{ readonly text: string; readonly file: string }> {
  const file = path === '-' ? 'standard input' : path;
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new UsageError(`${file}: ${WHY[code] ?? `it cannot be read (${code}); check its permissions`}`);
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check its path',
  EISDIR: 'it is a folder; name a file in it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text in UTF-8; save it as UTF-8',
};

/** One JSON document of a file. */
export interface JsonDocument {
  readonly content: unknown;
  /** without what stands before it */
  readonly text: string;
  /** how many lines stand before it */
  readonly line: number;
  /** whether it is one of several, a line each */
  readonly isLine: boolean;
}

/** A text that is no JSON. It says where, and nothing else: the text may hold keys. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly place: { readonly line: number; readonly column: number } | null;
  constructor(place: NotJson['place']) {
    super('it is not JSON');
    this.place = place;
  }
}

/**
 * The documents of a file: one, or one a line, as `run --events` writes them.
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
    return [{ content: parsed(text, 0), text, line: 0, isLine: false }];
  return lines.map((one) => ({ ...one, content: parsed(one.text, one.line), isLine: true }));
}

/** Whether the first line is a whole document, and not the beginning of a longer one. */
function isDocument(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

function parsed(text: string, before: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // No cause, and nothing of its words but the place: a parser's message quotes the text.
    const message = error instanceof Error ? error.message : '';
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    if (line !== undefined) throw new NotJson({ line: Number(line) + before, column: Number(column) });
    throw new NotJson(before === 0 ? null : { line: before + 1, column: 1 });
  }
}

/** One virtual interface in a document, and in whose words. */
export interface RequestItem {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly path: Path;
  readonly form: 'api' | 'ours';
  /** of `run --json` and the like: whose request it is */
  readonly target: string | null;
  /** type of the event that carries it; `null`: it is in no event */
  readonly event: string | null;
}

/**
 * Everything in a document that can stand for a virtual interface: an answer of `describe-virtual-interfaces`, what our
 * commands print with `--json`, an event, a receipt, a list of these, or a single interface, which other operations of the API wrap
 * in `virtualInterface`. `null` when it is nothing of it.
 */
export function findItems(document: unknown): readonly RequestItem[] | null {
  if (Array.isArray(document)) return itemsOf(document, [], null);
  if (!isRecord(document)) return null;
  for (const [key, inner] of [
    ['passes', 'requests'],
    ['targets', 'pending'],
  ] as const) {
    const groups = document[key];
    if (groups !== undefined) return Array.isArray(groups) ? groupsOf(groups, key, inner) : null;
  }
  for (const key of ['virtualInterfaces', 'requests', 'pending', 'receipts']) {
    const list = document[key];
    if (list !== undefined) return Array.isArray(list) ? itemsOf(list, [key], targetOf(document)) : null;
  }
  // Fail closed: the answer of a confirm has a state and nothing that names an interface.
  if (Object.keys(document).every((key) => key === 'virtualInterfaceState')) return null;
  return itemsOf([document], null, null);
}

function groupsOf(groups: readonly unknown[], key: string, inner: string): readonly RequestItem[] | null {
  const found = groups.map((group, i) => {
    if (!isRecord(group)) return null;
    const list = group[inner];
    return Array.isArray(list) ? itemsOf(list, [key, i, inner], targetOf(group)) : null;
  });
  return found.includes(null) ? null : found.flatMap((items) => items ?? []);
}

/** @param at where the list stands; `null`: the one item is the document itself */
function itemsOf(
  list: readonly unknown[],
  at: Path | null,
  target: string | null,
): readonly RequestItem[] | null {
  const items = list.map((raw, i): readonly RequestItem[] | null =>
    isRecord(raw) ? itemsAt(raw, at === null ? [] : [...at, i], target) : null,
  );
  return items.includes(null) ? null : items.flatMap((found) => found ?? []);
}

/** The interfaces of one entry: none where it is an event about something else than a request; `null` when it is no interface. */
function itemsAt(
  entry: Readonly<Record<string, unknown>>,
  at: Path,
  target: string | null,
): readonly RequestItem[] | null {
  const { 'detail-type': type, detail, receipt, virtualInterface } = entry;
  if (virtualInterface !== undefined)
    return isRecord(virtualInterface)
      ? [itemOf(virtualInterface, [...at, 'virtualInterface'], target, null)]
      : null;
  if (typeof type === 'string' && isRecord(detail))
    return isRecord(detail.request)
      ? [itemOf(detail.request, [...at, 'detail', 'request'], targetOf(detail), type)]
      : [];
  if (isRecord(receipt) && isRecord(receipt.request))
    return [itemOf(receipt.request, [...at, 'receipt', 'request'], targetOf(entry), null)];
  if (isRecord(entry.request)) return [itemOf(entry.request, [...at, 'request'], targetOf(entry), null)];
  return [itemOf(entry, at, target, null)];
}

function itemOf(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  target: string | null,
  event: string | null,
): RequestItem {
  return { raw, path, form: isOfApi(raw) ? 'api' : 'ours', target, event };
}

/** In the API's own words: none of these keys is one of ours. */
function isOfApi(raw: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(raw).some((key) => /^virtualInterface[A-Z]/.test(key) || key === 'connectionId');
}

function targetOf({ target }: Readonly<Record<string, unknown>>): string | null {
  return typeof target === 'string' ? target : null;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Events after which a request waits no longer. */
const ENDS: ReadonlySet<string> = new Set<EventType>([
  'Request Accepted',
  'Request Ended',
  'Request Expired',
]);

/** Whether it still waited when the event was published. */
export function isStillPending({ event }: RequestItem): boolean {
  return event === null || !ENDS.has(event);
}

/**
 * Several events can be about one request. It is taken from the last one that carries all of it; an event
 * of what only the ledger knew carries less. Items that are in no event stay as they are.
 * @param isWanted asked of the last event of each request
 */
export function keepLatestEvents<T extends RequestItem>(
  items: readonly T[],
  isWanted: (item: RequestItem) => boolean,
): readonly T[] {
  const plain = items.filter(({ event }) => event === null);
  const byRequest = Map.groupBy(
    items.filter(({ event }) => event !== null),
    ({ raw: { id } }) => id,
  );
  const last = [...byRequest.values()].flatMap((events) => {
    const latest = events.at(-1);
    if (latest === undefined || !isWanted(latest)) return [];
    return [events.findLast(({ raw }) => Object.hasOwn(raw, 'peers')) ?? latest];
  });
  return [...plain, ...last];
}
