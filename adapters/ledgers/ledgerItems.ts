import * as d from '../../core/decode.ts';
import { EMPTY_LEDGER, type LedgerState } from '../../core/ledgerState.ts';
import { quote } from '../../core/printableText.ts';
import { isVirtualInterfaceId } from '../../core/resourceIds.ts';
import { decodeAcceptance, decodeIntent, decodeObservation, decodeQueuedEvent } from './decodeItems.ts';
import type { ItemKind } from './formats/format1.ts';
import { decodeStored, isOfLaterKind, type StoredValue, toStored, WrittenByNewer } from './storedForm.ts';

/** The state as single items, each with a name such as `sighting/dxvif-…`: so that one that is damaged spoils no other. */

export type Items = Readonly<Record<string, unknown>>;

/** What a write changes of the items. */
export interface ItemChanges {
  /** what is to be announced first: it must be there when what it is about is not any more */
  readonly events: Items;
  readonly puts: Items;
  /** names */
  readonly deletes: readonly string[];
}

/** One item as a store has it. Reading its stored form may throw `Malformed`. */
export type StoredItem = readonly [name: string, read: () => StoredValue];

/** @param place names the ledger, for the message about an item that cannot be read */
export function readItems(items: Iterable<StoredItem>, place: string): LedgerState {
  // By maps: to objects some names, such as `__proto__`, are no keys like others.
  const sightings = new Map<string, LedgerState['observations'][string]>();
  const intents = new Map<string, LedgerState['intents'][string]>();
  const acceptances = new Map<string, LedgerState['acceptances'][string]>();
  const outbox = new Map<string, LedgerState['outbox'][string]>();
  const damaged = new Map<string, string>();
  const keep: Readonly<Record<LiveKind, (id: string, value: unknown) => void>> = {
    sighting: (id, value) => sightings.set(vifId(id), decodeObservation(value, '')),
    intent: (id, value) => intents.set(vifId(id), decodeIntent(value, '')),
    acceptance: (id, value) => acceptances.set(vifId(id), decodeAcceptance(value, '')),
    announcement: (id, value) => outbox.set(id, decodeQueuedEvent(value, '')),
  };
  for (const [name, read] of items) {
    const [written = '', id = ''] = name.split('/', 2);
    try {
      const kind = liveKindOf(written);
      const stored = read();
      if (kind !== null) decodeStored(kind, stored, (value) => keep[kind](id, value));
      else if (!isOfLaterKind(stored)) throw new d.Malformed('name', 'of a known kind', written);
    } catch (error) {
      // Fail closed: what cannot be read is reported and left as it is, and its request is held.
      const others = damaged.has(id) ? `${damaged.get(id)}; ` : '';
      damaged.set(id, `${others}${whyUnread(name, place, error)}`);
    }
  }
  return {
    ...EMPTY_LEDGER,
    observations: Object.fromEntries(sightings),
    intents: Object.fromEntries(intents),
    acceptances: Object.fromEntries(acceptances),
    outbox: Object.fromEntries(outbox),
    damaged: Object.fromEntries(damaged),
  };
}

type LiveKind = Exclude<ItemKind, 'receipt' | 'ended'>;

const LIVE_KINDS = [
  'sighting',
  'intent',
  'acceptance',
  'announcement',
] as const satisfies readonly LiveKind[];

/** `null`: a kind that this release does not know. */
function liveKindOf(written: string): LiveKind | null {
  return LIVE_KINDS.find((known) => known === written) ?? null;
}

function whyUnread(name: string, place: string, error: unknown): string {
  const item = `item ${quote(name)} of ${place}`;
  if (error instanceof WrittenByNewer)
    return `${item} was written by a newer release: it ${error.message}; upgrade again, and leave it as it is: nothing is lost`;
  if (!(error instanceof d.Malformed)) throw error;
  return `${item} is damaged: ${error.message}; restore it, or delete it to forget it`;
}

/** An item as it is to be stored, by its name. */
export function toStoredItem(name: string, value: unknown): StoredValue {
  const kind = liveKindOf(name.split('/', 1)[0] ?? '');
  if (kind === null) throw new Error(`\`${name}\` is no name of a live item`);
  return toStored(kind, value);
}

export function compareStates(before: LedgerState, after: LedgerState): ItemChanges {
  const parts = [
    difference('sighting', before.observations, after.observations),
    difference('intent', before.intents, after.intents),
    difference('acceptance', before.acceptances, after.acceptances),
  ];
  const announcements = difference('announcement', before.outbox, after.outbox);
  return {
    events: announcements.puts,
    puts: Object.assign({}, ...parts.map(({ puts }) => puts)),
    deletes: [...parts, announcements].flatMap(({ deletes }) => deletes),
  };
}

/** Values are never changed in place, so another value is another object. */
function difference(
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

function vifId(id: string): string {
  if (!isVirtualInterfaceId(id)) throw new d.Malformed('name', 'of a virtual interface', id);
  return id;
}
