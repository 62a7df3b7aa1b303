import type { LedgerChange } from '../ledgerState.ts';
import { deadlineNear } from './deadlineNear.ts';
import type { EventDefinition, RunFacts } from './eventDefinition.ts';
import { interfaceNotAvailable } from './interfaceNotAvailable.ts';
import { requestAccepted } from './requestAccepted.ts';
import { requestEnded } from './requestEnded.ts';
import { requestHeld } from './requestHeld.ts';
import { runFailed } from './runFailed.ts';

/** Everything that is ever announced. */
export const EVENT_DEFINITIONS: readonly EventDefinition[] = [
  requestAccepted,
  requestEnded,
  deadlineNear,
  requestHeld,
  interfaceNotAvailable,
  runFailed,
];

/** What of the facts is news, as the changes that queue it and remember that it was told. */
export function findNewEvents(facts: RunFacts): LedgerChange[] {
  return EVENT_DEFINITIONS.flatMap((kind) => kind.findNew(facts)).map((news) => ({
    kind: 'queued',
    ...news,
  }));
}
