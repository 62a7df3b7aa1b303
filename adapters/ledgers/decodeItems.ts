import * as d from '../../core/decode.ts';
import type { Announcement } from '../../core/events/event.ts';
import type { Acceptance, HeldFor, Intent, Sighting, Told } from '../../core/ledgerEntries.ts';
import type { Failing, LedgerState, Queued } from '../../core/ledgerState.ts';
import { award, decodeDetails, decodeGrounds, line } from './decodeEvidence.ts';

/**
 * Readers of what lives in a ledger while it is pending or followed; each throws `Malformed`. They keep the keys of later
 * releases, and take words that only those know where this one does nothing with them but compare: what an earlier
 * release does not understand must not cost a request.
 */

export const decodeHeldFor = d.open<HeldFor>({ code: line, message: line });

const readSighting = d.open<Sighting>({
  firstSeen: d.instant,
  notListedAt: d.orNull(d.instant),
  connection: d.orNull(d.string),
  vlan: d.orNull(d.integer(1, 4094)),
  name: d.orNull(d.string),
  outbound: d.boolean,
  failures: d.integer(0),
  request: d.orNull(decodeDetails),
  lastFailure: d.orNull(line),
  held: d.array(decodeHeldFor),
  told: d.open<Told>({
    holds: d.integer(0),
    codes: d.array(line),
    marks: d.array(line),
  }),
  unlistedSince: d.orNull(d.instant),
});

/** A key that came within format 2 is not known where it is absent. */
export const decodeSighting: d.Decoder<Sighting> = (raw, path) =>
  readSighting({ unlistedSince: null, ...d.record(raw, path) }, path);

export const decodeIntent = d.open<Intent>({ ...award, listings: d.integer(0), grounds: decodeGrounds });

const decodeKnownAcceptance = d.open<Acceptance>({
  ...award,
  connection: d.orNull(d.string),
  movedTo: d.orNull(d.string),
  availableAt: d.orNull(d.instant),
  routesSettled: d.boolean,
  told: d.orNull(line),
  timesTold: d.integer(0),
});

/** Earlier releases did not record the connection. */
export const decodeAcceptance: d.Decoder<Acceptance> = (raw, path) =>
  decodeKnownAcceptance({ connection: null, movedTo: null, ...d.record(raw, path) }, path);

/** When owners had their last turns. It only orders the work: what cannot be read, and what is not there, is forgotten. */
export function readTurns(raw: unknown): LedgerState['turns'] {
  try {
    return d.map(d.instant)(raw, '');
  } catch (error) {
    if (error instanceof d.Malformed) return {};
    throw error;
  }
}

const readAnnouncement = d.open<Announcement>({
  id: d.string,
  type: line,
  at: d.instant,
  detail: d.record,
});
const count = d.integer(0);

export const decodeAnnouncement: d.Decoder<Queued> = (raw, path) => {
  const queued: Queued = readAnnouncement(raw, path);
  for (const key of ['triedInVain', 'refusals'] as const)
    if (queued[key] !== undefined) count(queued[key], key);
  return queued;
};

export const decodeFailing = d.open<Failing>({ since: d.instant, codes: d.filled(line) });
