import { parseVirtualInterfaces } from '../../adapters/directconnect/parseVirtualInterface.ts';
import { isConfirming } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { escapeText, formatFirst, quote } from '../../core/printableText.ts';
import {
  type Fault,
  formatFault,
  type RecordedRequest,
  readRecorded,
  recordedAs,
} from '../../language/index.ts';
import { UsageError } from '../options.ts';
import { fromRecordedRequest, type ReadRequest } from './fromReport.ts';
import {
  findItems,
  isRecord,
  isStillPending,
  type JsonDocument,
  keepLatestEvents,
  NotJson,
  parseDocuments,
  type RequestItem,
} from './requestItems.ts';

/** Whose requests are wanted. */
export type RequestTarget = Pick<Policy, 'target' | 'recipient'>;

/**
 * Every request in a file: an answer of `describe-virtual-interfaces` or one item of it, where secrets are dropped by the
 * adapter's own code and interfaces past `confirming` are left out; or what our commands print with `--json` or publish as
 * events, of which those are left out whose last event says that they wait no longer.
 * @param file its name, for messages
 * @throws UsageError that says what is wrong where, and how to mend it; never with a value that may be a key
 */
export function readRequests(text: string, file: string, whose: RequestTarget): readonly ReadRequest[] {
  const documents = parse(text, file);
  if (documents.some(({ content }) => isOnePage(content)))
    throw new UsageError(`${file}: it is one page of several; ${ALL_PAGES}`);
  return interfacesIn(documents, file, whose, isStillPending).filter(({ request }) => isConfirming(request));
}

/**
 * The one interface in a file, or the one of this ID, whatever its state.
 * @param id `null`: there must be one only
 * @throws UsageError
 */
export function readRequest(
  text: string,
  file: string,
  whose: RequestTarget,
  id: string | null,
): ReadRequest {
  const all = interfacesIn(parse(text, file), file, whose, () => true);
  const ids = formatFirst(
    all.map(({ request }) => escapeText(request.id)),
    MOST,
  );
  const found = id === null ? all : all.filter(({ request }) => request.id === id);
  const [one, ...others] = found;
  if (one === undefined) {
    const what = id === null ? 'there is no request in it' : `there is no ${quote(id)} in it`;
    throw new UsageError(`${file}: ${what}${all.length > 0 ? `; there is ${ids}` : '; name another file'}`);
  }
  if (others.length > 0) {
    const mend = id === null ? 'choose one by `--id dxvif-…`' : 'leave one of them in the file';
    throw new UsageError(`${file}: there are ${found.length} in it, and one is wanted: ${ids}; ${mend}`);
  }
  return one;
}

/** IDs that a message names. */
const MOST = 20;

const ALL_PAGES = 'record all of them, as the AWS CLI does without `--no-paginate` and `--max-items`';

/** Fail closed: of what stands on other pages nothing would be said. */
function isOnePage(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  return ['nextToken', 'NextToken'].some((key) => Object.entries(document).some(([k, v]) => k === key && v));
}

/** @param isWanted what to take of those that events are about, by the last event of each */
function interfacesIn(
  documents: readonly JsonDocument[],
  file: string,
  whose: RequestTarget,
  isWanted: (item: RequestItem) => boolean,
): readonly ReadRequest[] {
  for (const { content } of documents) refuseOtherSpelling(content, file);
  const found = documents.map((document) => ({ document, items: findItems(document.content) }));
  const all = found.flatMap(({ document, items }) => (items ?? []).map((item) => ({ ...item, document })));
  if (found.some(({ items }) => items === null))
    throw new UsageError(`${file}: it holds no virtual interfaces; ${GIVE}`);
  const own = keepLatestEvents(ofTarget(all, file, whose), isWanted);
  const api = own.filter(({ form }) => form === 'api').map(({ raw }) => raw);
  const { written, faults } = recordedIn(own, file);
  if (faults.length > 0) throw new UsageError(faults.map(formatFault).join('\n'));
  return [
    ...parseVirtualInterfaces(api).map((request) => ({
      request,
      assumed: [],
      absent: new Set<never>(),
      deadline: null,
    })),
    ...written.map((one, i) => fromRecordedRequest(one, i, whose.recipient.account)),
  ];
}

/** Output of other tools has the API's fields under other keys, of which none would be found. */
function refuseOtherSpelling(content: unknown, file: string): void {
  const foreign = foreignKey(content);
  if (foreign !== null)
    throw new UsageError(
      `${file}: key ${quote(foreign)} is not in the API's spelling, but in that of another tool; use the AWS CLI, at OUTSCALE too: ${GIVE}`,
    );
}

interface Recorded {
  readonly written: readonly RecordedRequest[];
  readonly faults: readonly Fault[];
}

/** Items in our own words, each error with its place in the file. */
function recordedIn(
  items: readonly (RequestItem & { readonly document: JsonDocument })[],
  file: string,
): Recorded {
  const ours = items.filter(({ form }) => form === 'ours');
  const read = [...Map.groupBy(ours, ({ document }) => document)].map(
    ([document, own]) =>
      (document.isLine || document.text.length > LONG ? atOnce(own) : null) ?? inPlace(document, own, file),
  );
  return {
    written: read.flatMap(({ written }) => written),
    faults: read.flatMap(({ faults }) => faults),
  };
}

/** From how many characters on places cost more than they are worth, unless something is wrong. */
const LONG = 500_000;

function atOnce(items: readonly RequestItem[]): Recorded | null {
  const written = items.map(({ raw }) => recordedAs(raw)).filter((one) => one !== null);
  return written.length < items.length ? null : { written, faults: [] };
}

function inPlace({ text, line }: JsonDocument, items: readonly RequestItem[], file: string): Recorded {
  const { written, errors: faults } = readRecorded(
    { file, text },
    items.map(({ path }) => path),
  );
  return { written, faults: faults.map((fault) => ({ ...fault, line: fault.line + line })) };
}

const GIVE =
  'give an answer of `aws directconnect describe-virtual-interfaces` or one item of it, what `run`, `plan`, `status` or `receipts` shows with `--json`, or events';

/** What our commands print may be of several targets. */
function ofTarget<T extends RequestItem>(
  items: readonly T[],
  file: string,
  { target }: RequestTarget,
): readonly T[] {
  const own = items.filter((item) => item.target === null || item.target === target);
  if (own.length > 0 || items.length === 0) return own;
  const others = [...new Set(items.flatMap((item) => (item.target === null ? [] : [quote(item.target)])))];
  throw new UsageError(
    `${file}: it holds requests of ${formatFirst(others, MOST)}, and none of target \`${target}\`; name that policy, or another file`,
  );
}

function parse(text: string, file: string): readonly JsonDocument[] {
  try {
    return parseDocuments(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const { place } = error;
    const where = place === null ? '' : `:${place.line}:${place.column}`;
    throw new UsageError(
      `${file}${where}: it is not JSON${text.trim() === '' ? ', it is empty' : '; with the AWS CLI add `--output json`'}; ${GIVE}`,
    );
  }
}

/** Keys by which an interface is known in the API's own spelling. */
const OF_API = [
  ...['virtualInterfaces', 'virtualInterface', 'virtualInterfaceId', 'virtualInterfaceName'],
  ...['virtualInterfaceType', 'virtualInterfaceState', 'connectionId'],
];

/** The same in OUTSCALE's OAPI, which has other words. */
const OF_OAPI = ['directLinkInterfaces', 'directLinkInterface', 'directLinkInterfaceId', 'directLinkId'];

const KNOWN = new Set([...OF_API, ...OF_OAPI].map(plain));

/**
 * A key that other tools write where the API has another spelling: `VirtualInterfaceId` of PowerShell and Go, `virtual_interface_id` of
 * Ansible, `DirectLinkInterfaces` of OAPI; `null` when there is none. Ansible puts a list of them under a key of its own.
 */
function foreignKey(document: unknown): string | null {
  const records = (Array.isArray(document) ? document : [document]).filter(isRecord);
  const listed = records
    .flatMap((record) => Object.values(record).filter(Array.isArray).flat())
    .filter(isRecord);
  const keys = [...records, ...listed].flatMap((record) => Object.keys(record));
  return keys.find((key) => KNOWN.has(plain(key)) && !OF_API.includes(key)) ?? null;
}

function plain(key: string): string {
  return key.replace(/[_-]/g, '').toLowerCase();
}
