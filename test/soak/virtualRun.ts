import type { ShownFields } from './oracle/groundTruth.ts';
import type { CallFault, Place } from './plan/callFaults.ts';
import type { Outage, WorldEvent } from './plan/lifePlan.ts';
import type { PlainPolicy } from './plan/plainPolicy.ts';
import { faultsByCall } from './virtual/faultsByCall.ts';
import { type TimerOwner, timerOwners } from './virtual/virtualTime.ts';

interface Look {
  readonly sentAt: number;
  /** `null`: its answer is under way */
  heardAt: number | null;
  readonly shown: ShownFields;
}

/** One invocation, as seen from outside. */
export interface VirtualRun extends TimerOwner {
  readonly policy: PlainPolicy;
  readonly startedAt: number;
  readonly ills: ReturnType<typeof faultsByCall>;
  readonly meanwhile: WorldEvent | null;
  readonly outages: readonly Outage[];
  readonly die: () => void;
  /** where something befell its calls */
  readonly places: Set<Place>;
  /** when its listing reached the provider */
  listedAt: number | null;
  /** by ID: what its listing showed of what occupies something */
  readonly listed: Map<string, ShownFields>;
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
  given: Pick<VirtualRun, 'policy' | 'startedAt' | 'meanwhile' | 'outages'> & {
    readonly ills: readonly CallFault[];
  },
): { readonly run: VirtualRun; readonly killed: Promise<'killed'> } {
  const killed = Promise.withResolvers<'killed'>();
  const run: VirtualRun = {
    ...given,
    ills: faultsByCall(given.ills),
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
export function currentRun(): VirtualRun | null {
  const store = timerOwners.getStore();
  return isRun(store) ? store : null;
}

function isRun(store: TimerOwner | undefined): store is VirtualRun {
  return store !== undefined && 'looks' in store;
}

/** What befalls the next call of a run. */
export function nextFault(run: VirtualRun, place: Place, operation: string): CallFault | null {
  const isConfirm = operation === 'ConfirmPrivateVirtualInterface';
  const own = run.ills.next(place, isConfirm);
  if (own !== null) return own;
  const outage = run.outages.find((one) => one.place === place || (isConfirm && one.place === 'confirm'));
  return outage === undefined
    ? null
    : { kind: outage.harm, turn: 0, place, lasts: true, seconds: outage.seconds };
}
