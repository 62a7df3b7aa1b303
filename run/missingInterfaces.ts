import { hasEnded, hasKnownState, type VirtualInterface } from '../core/model.ts';
import { formatFirst, quote } from '../core/printableText.ts';
import type { RunProblem } from '../core/runReport.ts';
import { createConcurrencyLimit } from './decisionQueue.ts';
import { CallFailure, ListingIncomplete } from './portErrors.ts';
import type { DirectConnect } from './ports.ts';

/** What the ledger holds as live and a listing lacks. It is described by its ID, which anybody can make many of. */
export interface MissingInterfaces {
  /** IDs that are still to be described, in their order */
  notDescribed(): readonly string[];
  /**
   * Describes the next ones, a few side by side.
   * @param most how many
   * @param hasTime whether one more may begin; the first ones begin in any case
   * @throws ListingIncomplete when one of them is live: then the listing proves nothing
   */
  describeNext(most: number, hasTime: () => boolean): Promise<DescribedMissing>;
  /** Whether every one of them is known to be over, or to be of a state that this release does not know. */
  isConclusive(): boolean;
}

export interface DescribedMissing {
  /** over, by ID; `null`: the API knows none of that ID */
  readonly over: ReadonlyMap<string, VirtualInterface | null>;
  /** of a state that this release does not know: each continues to count as live */
  readonly unknown: readonly VirtualInterface[];
  /** IDs of which nothing was concluded, those of unknown states too */
  readonly unresolved: readonly string[];
  readonly warnings: readonly RunProblem[];
  readonly failures: readonly RunProblem[];
}

/** So many descriptions of one round may fail before it ends: an API that fails is not asked about thousands. */
const MOST_FAILURES = 3;
/** IDs that a message names. */
const MOST_NAMED = 5;

export function trackMissing(ids: readonly string[], directConnect: DirectConnect): MissingInterfaces {
  let next = 0;
  let isSettled = true;
  return {
    notDescribed: () => ids.slice(next),
    describeNext: async (most, hasTime) => {
      const over = new Map<string, VirtualInterface | null>();
      const unknown: VirtualInterface[] = [];
      const failed = new Map<string, CallFailure>();
      const look = async (id: string): Promise<void> => {
        try {
          const vif = await directConnect.describe(id);
          if (vif === null || hasEnded(vif)) over.set(id, vif);
          // Fail closed: it counts as live. It fails no run: one such interface, of anybody, would fail all that follow.
          else if (!hasKnownState(vif)) unknown.push(vif);
          else throw new ListingIncomplete(`it lacks ${id}, which is ${quote(vif.state ?? '')}`);
        } catch (error) {
          if (!(error instanceof CallFailure)) throw error;
          failed.set(id, error);
        }
      };
      const { start, drain } = createConcurrencyLimit(directConnect.throttleCount);
      const from = next;
      try {
        while (next < ids.length && next - from < most && failed.size < MOST_FAILURES) {
          if (next > from && !hasTime()) break;
          const id = ids[next];
          next += 1;
          if (id !== undefined) await start(() => look(id));
        }
      } finally {
        await drain();
      }
      isSettled &&= failed.size === 0;
      return {
        over,
        unknown,
        unresolved: [...unknown.map(({ id }) => id), ...failed.keys()],
        warnings: warningsOf(unknown),
        failures: failuresOf(failed),
      };
    },
    isConclusive: () => isSettled && next === ids.length,
  };
}

function warningsOf(unknown: readonly VirtualInterface[]): RunProblem[] {
  if (unknown.length === 0) return [];
  const ids = formatFirst(
    unknown.map(({ id }) => id),
    MOST_NAMED,
  );
  const states = [...new Set(unknown.map(({ state }) => (state === null ? 'none' : quote(state))))];
  const message =
    `the listing lacks ${ids}, and their descriptions have a state that this release does not know ` +
    `(${formatFirst(states, MOST_NAMED)}): each counts as live until it is over; describe it with the AWS CLI, and upgrade`;
  return [{ code: 'unknown-state', message }];
}

function failuresOf(failed: ReadonlyMap<string, CallFailure>): RunProblem[] {
  const [first] = failed.values();
  if (first === undefined) return [];
  const ids = formatFirst([...failed.keys()], MOST_NAMED);
  const message = `${ids} could not be described, so they count as before: ${first.message}`;
  return [{ code: first.code, message }];
}
