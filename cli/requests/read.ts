import { readVirtualInterfaces } from '../../lambda/adapters/directconnect/wire.ts';
import { isConfirming } from '../../lambda/core/model.ts';
import type { Policy } from '../../lambda/core/policy.ts';
import { escapeText, listSome, quote } from '../../lambda/core/text.ts';
import { formatFault, readRecorded, type Source } from '../../language/index.ts';
import { UsageError } from '../exit.ts';
import { type Item, itemsIn } from './items.ts';
import { type ReadRequest, requestOf } from './ours.ts';
import { foreignKey } from './spelling.ts';

/** Whose requests are wanted. */
export type Whose = Pick<Policy, 'target' | 'recipient'>;

/**
 * Every request in a file: an answer of `describe-virtual-interfaces` or one item of it, where secrets are dropped by the
 * adapter's own code and interfaces past `confirming` are left out; or what our commands print with `--json`.
 * @param file its name, for messages
 * @throws UsageError that says what is wrong where, and how to mend it; never with a value that may be a key
 */
export function readRequests(text: string, file: string, whose: Whose): readonly ReadRequest[] {
  const document = parse(text, file);
  if (isOnePage(document)) throw new UsageError(`${file}: it is one page of several; ${ALL_PAGES}`);
  return interfacesIn(document, { file, text }, whose).filter(({ request }) => isConfirming(request));
}

/**
 * The one interface in a file, or the one of this ID, whatever its state.
 * @param id `null`: there must be one only
 * @throws UsageError
 */
export function readRequest(text: string, file: string, whose: Whose, id: string | null): ReadRequest {
  const all = interfacesIn(parse(text, file), { file, text }, whose);
  const ids = listSome(
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

function interfacesIn(document: unknown, { file, text }: Source, whose: Whose): readonly ReadRequest[] {
  const foreign = foreignKey(document);
  if (foreign !== null)
    throw new UsageError(
      `${file}: key ${quote(foreign)} is not in the API's spelling, but in that of another tool; use the AWS CLI, at OUTSCALE too: ${GIVE}`,
    );
  const items = itemsIn(document);
  if (items === null) throw new UsageError(`${file}: it holds no virtual interfaces; ${GIVE}`);
  const own = ofTarget(items, file, whose);
  const api = own.filter(({ form }) => form === 'api').map(({ raw }) => raw);
  const ours = own.filter(({ form }) => form === 'ours').map(({ path }) => path);
  const { written, faults } =
    ours.length === 0 ? { written: [], faults: [] } : readRecorded({ file, text }, ours);
  if (faults.length > 0) throw new UsageError(faults.map(formatFault).join('\n'));
  return [
    ...readVirtualInterfaces(api).map((request) => ({ request, assumed: [], deadline: null })),
    ...written.map((one, i) => requestOf(one, i, whose.recipient.account)),
  ];
}

const GIVE =
  'give an answer of `aws directconnect describe-virtual-interfaces` or one item of it, or what `run --json` or `status --json` shows';

/** What our commands print may be of several targets. */
function ofTarget(items: readonly Item[], file: string, { target }: Whose): readonly Item[] {
  const own = items.filter((item) => item.target === null || item.target === target);
  if (own.length > 0 || items.length === 0) return own;
  const others = [...new Set(items.flatMap((item) => (item.target === null ? [] : [quote(item.target)])))];
  throw new UsageError(
    `${file}: it holds requests of ${listSome(others, MOST)}, and none of target \`${target}\`; name that policy, or another file`,
  );
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // No cause, and nothing of its words but the place: a parser's message quotes the file, which may hold keys.
    const [, line, column] =
      /line (\d+) column (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    const place = line === undefined ? '' : `:${line}:${column}`;
    throw new UsageError(
      `${file}${place}: it is not JSON${text.trim() === '' ? ', it is empty' : '; with the AWS CLI add `--output json`'}; ${GIVE}`,
    );
  }
}
