import type { CallFault, CallFaultKind, Place } from '../plan/callFaults.ts';

/** Assigns the faults of a run to its calls. */
export function faultsByCall(faults: readonly CallFault[]) {
  const counts = new Map<CallFault['place'], number>();
  const lasting = new Map<Place, CallFault>();
  return {
    /** The fault of the next call to this place. */
    next: (place: Place, isConfirm: boolean): CallFault | null => {
      const kinds = isConfirm ? ([place, 'confirm', null] as const) : ([place, null] as const);
      const found = faults.find((fault) =>
        kinds.some((kind) => fault.place === kind && fault.turn === (counts.get(kind) ?? 0)),
      );
      for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (found?.lasts && REPEATABLE.has(found.kind)) lasting.set(place, found);
      return found ?? lasting.get(place) ?? null;
    },
  };
}

/** Faults that can affect all later calls. Faults that kill are not among them, because a process is killed at most once. */
const REPEATABLE: ReadonlySet<CallFaultKind> = new Set<CallFaultKind>([
  'throttled',
  'serverError',
  'denied',
  'resetBefore',
  'hangBefore',
  'resetAfter',
  'hangAfter',
  'errorAfter',
  'html',
  'emptyBody',
  'emptyObject',
  'truncatedBody',
  'slow',
]);
