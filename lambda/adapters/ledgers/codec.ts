import * as d from '../../core/decode.ts';
import { isVirtualInterfaceId } from '../../core/ids.ts';
import type { Acceptance, Intent, LedgerState, Sighting } from '../../core/ledger.ts';
import { REASON_CODES } from '../../core/reasons.ts';

const award = {
  at: d.instant,
  owner: d.string,
  grants: d.filled(d.string),
  gateway: d.string,
};

/** Reads what a ledger stores for one target; throws `Malformed`. */
export const decodeLedgerState = d.object<LedgerState>({
  lastListing: d.orNull(d.instant),
  sightings: byId(
    d.object<Sighting>({
      firstSeen: d.instant,
      notListedAt: d.orNull(d.instant),
      connection: d.orNull(d.string),
      vlan: d.orNull(d.integer(1, 4094)),
      name: d.orNull(d.string),
      failures: d.integer(0),
      held: d.array(d.oneOf(REASON_CODES)),
    }),
  ),
  intents: byId(d.object<Intent>({ ...award, listings: d.integer(0) })),
  acceptances: byId(d.object<Acceptance>(award)),
});

function byId<T>(item: d.Decoder<T>): d.Decoder<Readonly<Record<string, T>>> {
  const decode = d.map(item);
  return (raw, path) => {
    const items = decode(raw, path);
    const odd = Object.keys(items).find((id) => !isVirtualInterfaceId(id));
    if (odd !== undefined) throw new d.Malformed(path, 'keyed by virtual interface IDs', odd);
    return items;
  };
}
