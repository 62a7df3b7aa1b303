import { ANNOUNCEMENT_TYPES, type Announcement } from '../../../core/announcement.ts';
import { DEADLINE_MARKS } from '../../../core/deadline.ts';
import * as d from '../../../core/decode.ts';
import type { Failing } from '../../../core/ledger.ts';
import type { Acceptance, HeldFor, Intent, Sighting, Told } from '../../../core/remembered.ts';
import { FOLLOW_UP_PROBLEMS } from '../../../core/remembered.ts';
import { award, decodeGrounds, line } from './grounds.ts';

/** Readers of what lives in a ledger while it is pending or followed; each throws `Malformed`. */

export const decodeHeldFor = d.object<HeldFor>({ code: line, message: line });

export const decodeSighting = d.object<Sighting>({
  firstSeen: d.instant,
  notListedAt: d.orNull(d.instant),
  connection: d.orNull(d.string),
  vlan: d.orNull(d.integer(1, 4094)),
  name: d.orNull(d.string),
  outbound: d.boolean,
  failures: d.integer(0),
  held: d.array(decodeHeldFor),
  told: d.object<Told>({
    holds: d.integer(0),
    codes: d.array(line),
    marks: d.array(d.oneOf(DEADLINE_MARKS)),
  }),
});

export const decodeIntent = d.object<Intent>({ ...award, listings: d.integer(0), grounds: decodeGrounds });

export const decodeAcceptance = d.object<Acceptance>({
  ...award,
  availableAt: d.orNull(d.instant),
  routesSettled: d.boolean,
  told: d.orNull(d.oneOf(FOLLOW_UP_PROBLEMS)),
  timesTold: d.integer(0),
});

export const decodeAnnouncement = d.object<Announcement>({
  id: d.string,
  type: d.oneOf(ANNOUNCEMENT_TYPES),
  at: d.instant,
  detail: d.record,
});

export const decodeFailing = d.object<Failing>({ since: d.instant, codes: d.filled(line) });
