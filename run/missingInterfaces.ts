import { hasEnded, hasKnownState, type VirtualInterface } from '../core/model.ts';
import { formatFirst, quote } from '../core/printableText.ts';
import type { RunProblem } from '../core/runReport.ts';
import { createConcurrencyLimit } from './concurrencyLimit.ts';
import { CallFailure, ListingIncomplete } from './portErrors.ts';
import type { DirectConnect } from './ports.ts';

/**
 * The interfaces that the ledger has as live and the listing lacks. They are described by ID. Their number has no
 * bound: anyone who may offer interfaces can create and delete many.
 */
export interface MissingInterfaces {
  /** IDs that were not described yet, in order */
  notDescribed(): readonly string[];
  /**
   * Describes the next ones, a few at once.
   * @param most how many at most
   * @param hasTime whether there is time to describe one more; the first is described in any case
   * @throws ListingIncomplete if one of them is live: then the absence of an interface from the listing proves nothing
   */
  describeNext(most: number, hasTime: () => boolean): Promise<DescribedMissing>;
  /** Whether each of them was described, and is known to have ended or to be in a state that this release does not know. */
  isConclusive(): boolean;
}

/** The result of describing some of them. */
export interface DescribedMissing {
  /** those that have ended, by ID; `null`: the API knows none with that ID */
  readonly ended: ReadonlyMap<string, VirtualInterface | null>;
  /** those in a state that this release does not know: each continues to count as live */
  readonly unknown: readonly VirtualInterface[];
  /** IDs whose description was not conclusive, including those in unknown states */
  readonly unresolved: readonly string[];
  readonly warnings: readonly RunProblem[];
  readonly failures: readonly RunProblem[];
}

/** After how many failures `describeNext` stops: an API that fails is not called thousands of times. */
const MOST_FAILURES = 3;
/** The most IDs that a message names. */
const MOST_NAMED = 5;

export function trackMissing(ids: readonly string[], directConnect: DirectConnect): MissingInterfaces {
  let next = 0;
  let hasNoFailures = true;
  return {
    notDescribed: () => ids.slice(next),
    describeNext: async (most, hasTime) => {
      const ended = new Map<string, VirtualInterface | null>();
      const unknown: VirtualInterface[] = [];
      const failed = new Map<string, CallFailure>();
      const describe = async (id: string): Promise<void> => {
        try {
          const vif = await directConnect.describe(id);
          if (vif === null || hasEnded(vif)) ended.set(id, vif);
          // Fail closed: it counts as live. It does not fail the run, or one such interface of any party would fail all
          // later runs.
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
          if (id !== undefined) await start(() => describe(id));
        }
      } finally {
        await drain();
      }
      hasNoFailures &&= failed.size === 0;
      return {
        ended,
        unknown,
        unresolved: [...unknown.map(({ id }) => id), ...failed.keys()],
        warnings: describeUnknownStates(unknown),
        failures: describeFailures(failed),
      };
    },
    isConclusive: () => hasNoFailures && next === ids.length,
  };
}

function describeUnknownStates(unknown: readonly VirtualInterface[]): RunProblem[] {
  if (unknown.length === 0) return [];
  const ids = formatFirst(
    unknown.map(({ id }) => id),
    MOST_NAMED,
  );
  const states = [...new Set(unknown.map(({ state }) => (state === null ? 'none' : quote(state))))];
  const message =
    `the listing lacks ${ids}, and their descriptions have a state that this release does not know ` +
    `(${formatFirst(states, MOST_NAMED)}): each counts as live until it has ended; describe it with the AWS CLI, and upgrade`;
  return [{ code: 'unknown-state', message }];
}

function describeFailures(failed: ReadonlyMap<string, CallFailure>): RunProblem[] {
  const [first] = failed.values();
  if (first === undefined) return [];
  const ids = formatFirst([...failed.keys()], MOST_NAMED);
  const message = `${ids} could not be described, so they count as they did before: ${first.message}`;
  return [{ code: first.code, message }];
}
