import * as d from '../../core/decoders.ts';
import { EMPTY_LEDGER, type LedgerState } from '../../core/ledgerState.ts';
import { quote } from '../../core/printableText.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { decodeAcceptance, decodeIntent, decodeObservation } from './decodeItems.ts';
import { decodeQueuedEvent } from './decodeQueuedEvent.ts';
import type { ItemKind } from './formats/format1.ts';
import { decodeStored, isOfLaterKind, type StoredValue, toStored, WrittenByNewer } from './storedForm.ts';

/** Items of the state by name, such as `sighting/dxvif-…`. The state is stored as separate items, so that a damaged one does not affect the others. */
export type Items = Readonly<Record<string, unknown>>;

/** The items that a write changes. */
export interface ItemChanges {
  /** new events; written first, because the item that an event describes may be deleted by the same write */
  readonly events: Items;
  readonly puts: Items;
  /** names of the items to delete */
  readonly deletes: readonly string[];
}

/** An item of a store. Reading its stored form may throw `Malformed`. */
export type StoredItem = readonly [name: string, read: () => StoredValue];

/**
 * Decodes the items of a state.
 * @param place name of the ledger, for messages about unreadable items
 */
export function readItems(items: Iterable<StoredItem>, place: string): LedgerState {
  // Maps, because names such as `__proto__` are special keys of an object.
  const observations = new Map<string, LedgerState['observations'][string]>();
  const intents = new Map<string, LedgerState['intents'][string]>();
  const acceptances = new Map<string, LedgerState['acceptances'][string]>();
  const outbox = new Map<string, LedgerState['outbox'][string]>();
  const damaged = new Map<string, string>();
  const decodeAndKeep: Readonly<Record<StateKind, (id: string, value: unknown) => void>> = {
    sighting: (id, value) => observations.set(checkInterfaceId(id), decodeObservation(value, '')),
    intent: (id, value) => intents.set(checkInterfaceId(id), decodeIntent(value, '')),
    acceptance: (id, value) => acceptances.set(checkInterfaceId(id), decodeAcceptance(value, '')),
    announcement: (id, value) => outbox.set(id, decodeQueuedEvent(value, '')),
  };
  for (const [name, read] of items) {
    const [kindName = '', id = ''] = name.split('/', 2);
    try {
      const kind = stateKindOf(kindName);
      const stored = read();
      if (kind !== null) decodeStored(kind, stored, (value) => decodeAndKeep[kind](id, value));
      else if (!isOfLaterKind(stored)) throw new d.Malformed('name', 'of a known kind', kindName);
    } catch (error) {
      // Fail closed: an unreadable item is reported and kept unchanged, and its request is held.
      const others = damaged.has(id) ? `${damaged.get(id)}; ` : '';
      damaged.set(id, `${others}${describeReadError(name, place, error)}`);
    }
  }
  return {
    ...EMPTY_LEDGER,
    observations: Object.fromEntries(observations),
    intents: Object.fromEntries(intents),
    acceptances: Object.fromEntries(acceptances),
    outbox: Object.fromEntries(outbox),
    damaged: Object.fromEntries(damaged),
  };
}

type StateKind = Exclude<ItemKind, 'receipt' | 'ended'>;

const STATE_KINDS = [
  'sighting',
  'intent',
  'acceptance',
  'announcement',
] as const satisfies readonly StateKind[];

/** `null` for a kind that this release does not know. */
function stateKindOf(kindName: string): StateKind | null {
  return STATE_KINDS.find((known) => known === kindName) ?? null;
}

function describeReadError(name: string, place: string, error: unknown): string {
  const item = `item ${quote(name)} of ${place}`;
  if (error instanceof WrittenByNewer)
    return `${item} was written by a newer release: it ${error.message}; upgrade again and do not change the item: nothing is lost`;
  if (!(error instanceof d.Malformed)) throw error;
  return `${item} is damaged: ${error.message}; restore it, or delete it to discard what it records`;
}

/** The stored form of an item. Its kind is the first part of its name. */
export function toStoredItem(name: string, value: unknown): StoredValue {
  const kind = stateKindOf(name.split('/', 1)[0] ?? '');
  if (kind === null) throw new Error(`\`${name}\` is not the name of a state item`);
  return toStored(kind, value);
}

/** The items that differ between two states. */
export function compareStates(before: LedgerState, after: LedgerState): ItemChanges {
  const parts = [
    compareItems('sighting', before.observations, after.observations),
    compareItems('intent', before.intents, after.intents),
    compareItems('acceptance', before.acceptances, after.acceptances),
  ];
  const queued = compareItems('announcement', before.outbox, after.outbox);
  return {
    events: queued.puts,
    puts: Object.assign({}, ...parts.map(({ puts }) => puts)),
    deletes: [...parts, queued].flatMap(({ deletes }) => deletes),
  };
}

/** Compares by object identity: values are never changed in place. */
function compareItems(
  kind: string,
  before: Items,
  after: Items,
): { puts: Readonly<Record<string, unknown>>; deletes: string[] } {
  if (before === after) return { puts: {}, deletes: [] };
  const changed = Object.entries(after).filter(([id, value]) => before[id] !== value);
  const gone = Object.keys(before).filter((id) => !Object.hasOwn(after, id));
  return {
    puts: Object.fromEntries(changed.map(([id, value]) => [`${kind}/${id}`, value])),
    deletes: gone.map((id) => `${kind}/${id}`),
  };
}

function checkInterfaceId(id: string): string {
  if (!isVirtualInterfaceId(id)) throw new d.Malformed('name', 'of a virtual interface', id);
  return id;
}
