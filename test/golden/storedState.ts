import type { ItemKind } from '../../adapters/ledgers/formats/format1.ts';
import { STORED_NAMES } from '../../adapters/ledgers/formats/storedNames.ts';
import type { LedgerState } from '../../core/ledgerState.ts';

/** The state with the names of keys and words on disk, which are the same in every release. */
export function toStoredNames({
  observations,
  intents,
  acceptances,
  outbox,
  failing,
  ...others
}: LedgerState): Record<string, unknown> {
  return {
    ...others,
    sightings: renameAll('sighting', observations),
    intents: renameAll('intent', intents),
    acceptances: renameAll('acceptance', acceptances),
    outbox: renameAll('announcement', outbox),
    failing: STORED_NAMES.failing.toOld(failing),
  };
}

function renameAll(kind: ItemKind, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const renamed = Object.entries(values).map(([id, value]) => [id, STORED_NAMES[kind].toOld(value)]);
  return Object.fromEntries(renamed);
}
