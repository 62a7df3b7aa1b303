import type { LedgerChange } from '../ledgerState.ts';
import { awaitActor } from './actorOfEvent.ts';
import { deadlineNear } from './deadlineNear.ts';
import type { EventDefinition, RunFacts } from './eventDefinition.ts';
import { interfaceNotAvailable } from './interfaceNotAvailable.ts';
import { requestAccepted } from './requestAccepted.ts';
import { requestEnded } from './requestEnded.ts';
import { requestHeld } from './requestHeld.ts';
import { runFailed } from './runFailed.ts';
import { unexpectedRoutes } from './unexpectedRoutes.ts';

/** Every kind of event that is published. */
export const EVENT_DEFINITIONS: readonly EventDefinition[] = [
  requestAccepted,
  requestEnded,
  deadlineNear,
  requestHeld,
  interfaceNotAvailable,
  unexpectedRoutes,
  runFailed,
];

/** The events that were not published before, as ledger changes that queue each event and mark it as published. */
export function findNewEvents(facts: RunFacts): LedgerChange[] {
  return EVENT_DEFINITIONS.flatMap((definition) => definition.findNew(facts)).map(
    ({ event, mark, manualChange }) => ({
      kind: 'queued',
      event:
        facts.looksUpActors && manualChange !== undefined ? awaitActor(event, manualChange, facts) : event,
      mark,
    }),
  );
}
