import { parseVirtualInterfaces } from '../../adapters/directconnect/parseVirtualInterface.ts';
import { isRecord } from '../../core/decoders.ts';
import { isConfirming } from '../../core/model.ts';
import { escapeText, formatFirst, quote } from '../../core/printableText.ts';
import {
  type Diagnostic,
  formatDiagnostic,
  parseRecordedRequest,
  parseRecordedRequests,
  type RecordedRequest,
} from '../../language/index.ts';
import { UsageError } from '../options.ts';
import { fromRecordedRequest, type ReadRequest, type RequestTarget } from './fromReport.ts';
import {
  findItems,
  isStillPending,
  type JsonDocument,
  keepLatestEvents,
  NotJson,
  parseDocuments,
  type RequestItem,
} from './requestItems.ts';

/**
 * Reads every pending request in a file. The file is output of `describe-virtual-interfaces` or one item of it (secrets are dropped by
 * the adapter's own code), or a `--json` document or events of our commands. Requests that are no longer pending are left out.
 * @param file name of the file, for messages
 * @throws UsageError with position, problem and fix; never with a value that may be a key
 */
export function readRequests(text: string, file: string, target: RequestTarget): readonly ReadRequest[] {
  const documents = parseOrRefuse(text, file);
  if (documents.some(({ content }) => isOnePage(content)))
    throw new UsageError(`${file}: it has one page of several; ${ALL_PAGES}`);
  return readInterfaces(documents, file, target, isStillPending).filter(({ request }) =>
    isConfirming(request),
  );
}

/**
 * Reads the only interface in a file, or the one with this ID, in any state.
 * @param id `null`: the file must have exactly one
 * @throws UsageError
 */
export function readRequest(
  text: string,
  file: string,
  target: RequestTarget,
  id: string | null,
): ReadRequest {
  const all = readInterfaces(parseOrRefuse(text, file), file, target, () => true);
  const ids = formatFirst(
    all.map(({ request }) => escapeText(request.id)),
    MAX_IDS,
  );
  const found = id === null ? all : all.filter(({ request }) => request.id === id);
  const [one, ...others] = found;
  if (one === undefined) {
    const what = id === null ? 'there is no request in it' : `there is no ${quote(id)} in it`;
    throw new UsageError(`${file}: ${what}${all.length > 0 ? `; there is ${ids}` : '; name another file'}`);
  }
  if (others.length > 0) {
    const fix = id === null ? 'choose one with `--id dxvif-…`' : 'remove the others from the file';
    throw new UsageError(
      `${file}: there are ${found.length} in it, but the command takes one: ${ids}; ${fix}`,
    );
  }
  return one;
}

/** Maximum number of IDs in a message. */
const MAX_IDS = 20;

const ALL_PAGES = 'save all pages, as the AWS CLI does without `--no-paginate` and `--max-items`';

/** Whether the document is one page of several. Fail closed: requests on other pages would be missed. */
function isOnePage(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  return ['nextToken', 'NextToken'].some((key) => Object.entries(document).some(([k, v]) => k === key && v));
}

/** Reads the interfaces of all documents. @param isWanted selects requests in events, by the last event of each request */
function readInterfaces(
  documents: readonly JsonDocument[],
  file: string,
  target: RequestTarget,
  isWanted: (item: RequestItem) => boolean,
): readonly ReadRequest[] {
  for (const { content } of documents) refuseOtherSpelling(content, file);
  const found = documents.map((document) => ({ document, items: findItems(document.content) }));
  const all = found.flatMap(({ document, items }) => (items ?? []).map((item) => ({ ...item, document })));
  if (found.some(({ items }) => items === null))
    throw new UsageError(`${file}: it has no virtual interfaces; ${GIVE}`);
  const own = keepLatestEvents(selectTarget(all, file, target), isWanted);
  const api = own.filter(({ form }) => form === 'api').map(({ raw }) => raw);
  const { written, errors } = readRecorded(own, file);
  if (errors.length > 0) throw new UsageError(errors.map(formatDiagnostic).join('\n'));
  return [
    ...parseVirtualInterfaces(api, target.agreedKeys).map((request) => ({
      request,
      assumed: [],
      absent: new Set<never>(),
      deadline: null,
    })),
    ...written.map((one, i) => fromRecordedRequest(one, i, target)),
  ];
}

/** Refuses the output of other tools, which spell the API's keys differently: none of its fields would be found. */
function refuseOtherSpelling(content: unknown, file: string): void {
  const foreign = findForeignKey(content);
  if (foreign !== null)
    throw new UsageError(
      `${file}: key ${quote(foreign)} is not the API's spelling but that of another tool; use the AWS CLI, for OUTSCALE too: ${GIVE}`,
    );
}

interface Recorded {
  readonly written: readonly RecordedRequest[];
  readonly errors: readonly Diagnostic[];
}

/** Reads the items that our own commands wrote. Errors have their position in the file. */
function readRecorded(
  items: readonly (RequestItem & { readonly document: JsonDocument })[],
  file: string,
): Recorded {
  const ours = items.filter(({ form }) => form === 'ours');
  const read = [...Map.groupBy(ours, ({ document }) => document)].map(
    ([document, own]) =>
      (document.isLine || document.text.length > LONG ? readWithoutPositions(own) : null) ??
      readWithPositions(document, own, file),
  );
  return {
    written: read.flatMap(({ written }) => written),
    errors: read.flatMap(({ errors }) => errors),
  };
}

/** Length in characters from which positions are computed only when there is an error, because they are slow to compute. */
const LONG = 500_000;

/** @returns `null` when an item has an error */
function readWithoutPositions(items: readonly RequestItem[]): Recorded | null {
  const written = items.map(({ raw }) => parseRecordedRequest(raw)).filter((one) => one !== null);
  return written.length < items.length ? null : { written, errors: [] };
}

function readWithPositions(
  { text, line }: JsonDocument,
  items: readonly RequestItem[],
  file: string,
): Recorded {
  const { written, errors } = parseRecordedRequests(
    { file, text },
    items.map(({ path }) => path),
  );
  return { written, errors: errors.map((error) => ({ ...error, line: error.line + line })) };
}

const GIVE =
  'give the output of `aws directconnect describe-virtual-interfaces` or one item of it, the output of `run`, `plan`, `status` or `receipts` with `--json`, or events';

/** Selects the items of the target: documents of our commands may cover several targets. */
function selectTarget<T extends RequestItem>(
  items: readonly T[],
  file: string,
  { target }: RequestTarget,
): readonly T[] {
  const own = items.filter((item) => item.target === null || item.target === target);
  if (own.length > 0 || items.length === 0) return own;
  const others = [...new Set(items.flatMap((item) => (item.target === null ? [] : [quote(item.target)])))];
  throw new UsageError(
    `${file}: it has requests of ${formatFirst(others, MAX_IDS)}, and none of target \`${target}\`; use the policy of that target, or another file`,
  );
}

function parseOrRefuse(text: string, file: string): readonly JsonDocument[] {
  try {
    return parseDocuments(text);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const { position } = error;
    const where = position === null ? '' : `:${position.line}:${position.column}`;
    throw new UsageError(
      `${file}${where}: it is not JSON${text.trim() === '' ? ', it is empty' : '; with the AWS CLI add `--output json`'}; ${GIVE}`,
    );
  }
}

/** Keys of an interface in the API's own spelling. */
const API_KEYS = [
  ...['virtualInterfaces', 'virtualInterface', 'virtualInterfaceId', 'virtualInterfaceName'],
  ...['virtualInterfaceType', 'virtualInterfaceState', 'connectionId'],
];

/** The same keys in OUTSCALE's OAPI, which names them differently. */
const OAPI_KEYS = ['directLinkInterfaces', 'directLinkInterface', 'directLinkInterfaceId', 'directLinkId'];

const KNOWN_KEYS = new Set([...API_KEYS, ...OAPI_KEYS].map(normaliseKey));

/**
 * Finds a key in the spelling of another tool: `VirtualInterfaceId` of PowerShell and Go, `virtual_interface_id` of Ansible,
 * `DirectLinkInterfaces` of OAPI. Ansible puts a list of interfaces under its own key.
 * @returns `null` when there is none
 */
function findForeignKey(document: unknown): string | null {
  const records = (Array.isArray(document) ? document : [document]).filter(isRecord);
  const listed = records
    .flatMap((record) => Object.values(record).filter(Array.isArray).flat())
    .filter(isRecord);
  const keys = [...records, ...listed].flatMap((record) => Object.keys(record));
  return keys.find((key) => KNOWN_KEYS.has(normaliseKey(key)) && !API_KEYS.includes(key)) ?? null;
}

function normaliseKey(key: string): string {
  return key.replace(/[_-]/g, '').toLowerCase();
}
