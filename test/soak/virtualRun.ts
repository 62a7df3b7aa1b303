import type { Shown } from './oracle/groundTruth.ts';
import type { Ill, Place } from './plan/callFaults.ts';
import type { Event, Outage } from './plan/lifePlan.ts';
import type { PlainPolicy } from './plan/plainPolicy.ts';
import { illsOf } from './virtual/faultsByCall.ts';
import { type Mortal, mortals } from './virtual/virtualTime.ts';

interface Look {
  readonly sentAt: number;
  /** `null`: its answer is under way */
  heardAt: number | null;
  readonly shown: Shown;
}

/** One invocation, as seen from outside. */
export interface Run extends Mortal {
  readonly policy: PlainPolicy;
  readonly startedAt: number;
  readonly ills: ReturnType<typeof illsOf>;
  readonly meanwhile: Event | null;
  readonly outages: readonly Outage[];
  readonly die: () => void;
  /** where something befell its calls */
  readonly places: Set<Place>;
  /** when its listing reached the provider */
  listedAt: number | null;
  /** by ID: what its listing showed of what occupies something */
  readonly listed: Map<string, Shown>;
  /** by ID: what the latest call about one request alone showed, and when that call was sent */
  readonly looks: Map<string, Look>;
  /** when the latest call for the gateways reached the provider; `null`: none did */
  gatewaysAt: number | null;
  /** of which it began a confirm */
  readonly attempts: Set<string>;
  /** how many confirms of it took effect */
  accepted: number;
  /** it had the target, the APIs and the time to itself, and nobody acted meanwhile */
  isClean: boolean;
  end: 'completed' | 'failed' | 'leaseHeld' | 'killed' | 'threw' | null;
  endedAt: number | null;
}

export function beginRun(
  given: Pick<Run, 'policy' | 'startedAt' | 'meanwhile' | 'outages'> & { readonly ills: readonly Ill[] },
): { readonly run: Run; readonly killed: Promise<'killed'> } {
  const killed = Promise.withResolvers<'killed'>();
  const run: Run = {
    ...given,
    ills: illsOf(given.ills),
    isDead: false,
    die: () => {
      run.isDead = true;
      killed.resolve('killed');
    },
    places: new Set(),
    listedAt: null,
    listed: new Map(),
    looks: new Map(),
    gatewaysAt: null,
    attempts: new Set(),
    accepted: 0,
    isClean: given.ills.length === 0 && given.outages.length === 0,
    end: null,
    endedAt: null,
  };
  return { run, killed: killed.promise };
}

/** The run on whose behalf code runs now; `null`: nobody's. */
export function currentRun(): Run | null {
  const store = mortals.getStore();
  return isRun(store) ? store : null;
}

function isRun(store: Mortal | undefined): store is Run {
  return store !== undefined && 'looks' in store;
}

/** What befalls the next call of a run. */
export function nextIll(run: Run, place: Place, operation: string): Ill | null {
  const isConfirm = operation === 'ConfirmPrivateVirtualInterface';
  const own = run.ills.next(place, isConfirm);
  if (own !== null) return own;
  const outage = run.outages.find((one) => one.place === place || (isConfirm && one.place === 'confirm'));
  return outage === undefined
    ? null
    : { harm: outage.harm, turn: 0, place, lasts: true, seconds: outage.seconds };
}
