import type { LedgerChange } from '../ledgerState.ts';
import { deadlineNear } from './deadlineNear.ts';
import type { AnnouncementKind, Facts } from './eventDefinition.ts';
import { notAvailable } from './interfaceNotAvailable.ts';
import { requestAccepted } from './requestAccepted.ts';
import { requestEnded } from './requestEnded.ts';
import { requestHeld } from './requestHeld.ts';
import { passFailed } from './runFailed.ts';

/** Everything that is ever announced. */
export const ANNOUNCEMENTS: readonly AnnouncementKind[] = [
  requestAccepted,
  requestEnded,
  deadlineNear,
  requestHeld,
  notAvailable,
  passFailed,
];

/** What of the facts is news, as the changes that queue it and remember that it was told. */
export function newsOf(facts: Facts): LedgerChange[] {
  return ANNOUNCEMENTS.flatMap((kind) => kind.news(facts)).map((news) => ({ kind: 'queued', ...news }));
}
