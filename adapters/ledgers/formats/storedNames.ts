import type { ItemKind } from './format1.ts';

/** Renames keys and words of JSON values in both directions, as a table says. */

/** What is renamed in one kind of value. Paths have the old names; `[]` in a path means each element of a list. */
export interface RenamingTable {
  /** By path: the new name of the last key of the path. */
  readonly keys?: Readonly<Record<string, string>>;
  /** By path: the new words, each by the old one. Words that are not listed stay as they are. */
  readonly words?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Renaming {
  readonly toNew: (value: unknown) => unknown;
  readonly toOld: (value: unknown) => unknown;
  /** A path such as `held[0].code` with the old names, of one with the new names. */
  readonly toOldPath: (path: string) => string;
}

const ELEMENT = '[]';

export function createRenaming({ keys = {}, words = {} }: RenamingTable): Renaming {
  const root = createNode();
  for (const [path, name] of Object.entries(keys)) {
    const segments = splitPath(path);
    nodeAt(root, segments.slice(0, -1)).keys.set(segments.at(-1) ?? '', name);
  }
  for (const [path, names] of Object.entries(words)) {
    const node = nodeAt(root, splitPath(path));
    for (const [old, name] of Object.entries(names)) node.words.set(old, name);
  }
  const inverse = invert(root);
  return {
    toNew: (value) => rename(value, root),
    toOld: (value) => rename(value, inverse),
    toOldPath: (path) => renamePath(path, inverse),
  };
}

/** What is renamed in one value: in a list by `ELEMENT`, in an object by key. All names are those before the renaming. */
interface Node {
  readonly keys: Map<string, string>;
  readonly words: Map<string, string>;
  readonly parts: Map<string, Node>;
}

function createNode(): Node {
  return { keys: new Map(), words: new Map(), parts: new Map() };
}

/** `held[].code` is the key `held`, each element, and then the key `code`. */
function splitPath(path: string): string[] {
  return path.replaceAll(ELEMENT, `.${ELEMENT}`).split('.');
}

function nodeAt(root: Node, segments: readonly string[]): Node {
  let node = root;
  for (const segment of segments) {
    const next = node.parts.get(segment) ?? createNode();
    node.parts.set(segment, next);
    node = next;
  }
  return node;
}

function invert({ keys, words, parts }: Node): Node {
  return {
    keys: swap(keys),
    words: swap(words),
    parts: new Map([...parts].map(([key, part]) => [keys.get(key) ?? key, invert(part)])),
  };
}

function swap(map: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...map].map(([key, value]) => [value, key]));
}

function rename(value: unknown, node: Node): unknown {
  if (typeof value === 'string') return node.words.get(value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const element = node.parts.get(ELEMENT);
    return element === undefined ? value : value.map((part: unknown) => rename(part, element));
  }
  const entries = Object.entries(value);
  const newNames = new Set(entries.map(([key]) => node.keys.get(key)));
  return Object.fromEntries(
    entries
      // If another key already has the new name, the renamed key wins: it is the one that this product writes.
      .filter(([key]) => node.keys.has(key) || !newNames.has(key))
      .map(([key, part]) => {
        const inner = node.parts.get(key);
        return [node.keys.get(key) ?? key, inner === undefined ? part : rename(part, inner)];
      }),
  );
}

function renamePath(path: string, root: Node): string {
  let node: Node | undefined = root;
  return path.replaceAll(/\[\d+\]|[^.[\]]+/g, (segment) => {
    const parent = node;
    node = parent?.parts.get(segment.startsWith('[') ? ELEMENT : segment);
    return parent?.keys.get(segment) ?? segment;
  });
}

/** What is stored: items, records of the history, and why runs fail. */
export type StoredKind = ItemKind | 'failing';

const REASON_CODES = { 'not-private': 'type-not-supported', 'pass-limit': 'run-limit' };
const FAILURE_CODES = { announcement: 'event-delivery' };
const EVENT_TYPES = { 'Pass Failed': 'Run Failed' };

/**
 * The keys and words on disk (old), and what the code calls them (new). Stored names never change, so that every release since
 * 0.1.0 reads what another one wrote: when the code renames a key or a word that is stored, add a line here.
 */
export const STORED_NAMES: Readonly<Record<StoredKind, Renaming>> = {
  sighting: createRenaming({
    keys: {
      told: 'published',
      'told.marks': 'thresholds',
    },
    words: {
      'told.codes[]': REASON_CODES,
      'held[].code': REASON_CODES,
    },
  }),
  intent: createRenaming({
    keys: {
      grounds: 'evidence',
      'grounds.request.faults': 'readErrors',
    },
  }),
  acceptance: createRenaming({
    keys: {
      told: 'publishedProblem',
      timesTold: 'publishedCount',
    },
  }),
  announcement: createRenaming({
    keys: {
      'detail.forPeople': 'notification',
      'detail.acceptByHand': 'manualOverrideCommand',
      'detail.request.faults': 'readErrors',
    },
    words: {
      type: EVENT_TYPES,
      'detail.reasons[].code': REASON_CODES,
      'detail.failures[].code': FAILURE_CODES,
    },
  }),
  receipt: createRenaming({
    keys: {
      'request.faults': 'readErrors',
    },
    words: {
      'answer.by': { laterPass: 'laterRun' },
    },
  }),
  ended: createRenaming({
    words: {
      'held[].code': REASON_CODES,
    },
  }),
  failing: createRenaming({
    words: {
      'codes[]': FAILURE_CODES,
    },
  }),
};
