import type { Path } from '../../language/index.ts';

/** One virtual interface in a document, and in whose words. */
export interface Item {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly path: Path;
  readonly form: 'api' | 'ours';
  /** of `run --json` and `status --json`: whose request it is */
  readonly target: string | null;
}

/**
 * Everything in a document that can stand for a virtual interface: an answer of `describe-virtual-interfaces`, what our
 * commands print with `--json`, a list, or a single one, which other operations wrap in `virtualInterface`. `null` when it is
 * nothing of it.
 */
export function itemsIn(document: unknown): readonly Item[] | null {
  if (Array.isArray(document)) return itemsOf(document, [], null);
  if (!isRecord(document)) return null;
  for (const [key, inner] of [
    ['passes', 'requests'],
    ['targets', 'pending'],
  ] as const) {
    const groups = document[key];
    if (groups !== undefined) return Array.isArray(groups) ? groupsOf(groups, key, inner) : null;
  }
  for (const key of ['virtualInterfaces', 'requests', 'pending']) {
    const list = document[key];
    if (list !== undefined) return Array.isArray(list) ? itemsOf(list, [key], targetOf(document)) : null;
  }
  // Fail closed: the answer of a confirm has a state and nothing that names an interface.
  if (Object.keys(document).every((key) => key === 'virtualInterfaceState')) return null;
  return itemsOf([document], null, null);
}

function groupsOf(groups: readonly unknown[], key: string, inner: string): readonly Item[] | null {
  const found = groups.map((group, i) => {
    if (!isRecord(group)) return null;
    const list = group[inner];
    return Array.isArray(list) ? itemsOf(list, [key, i, inner], targetOf(group)) : null;
  });
  return found.includes(null) ? null : found.flatMap((items) => items ?? []);
}

/** @param at where the list stands; `null`: the one item is the document itself */
function itemsOf(list: readonly unknown[], at: Path | null, target: string | null): readonly Item[] | null {
  const items = list.map((written, i): Item | null => {
    const isWrapped = isRecord(written) && written.virtualInterface !== undefined;
    const raw = isWrapped ? written.virtualInterface : written;
    const path = [...(at === null ? [] : [...at, i]), ...(isWrapped ? ['virtualInterface'] : [])];
    return isRecord(raw) ? { raw, path, form: isOfApi(raw) ? 'api' : 'ours', target } : null;
  });
  return items.includes(null) ? null : items.filter((item) => item !== null);
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
