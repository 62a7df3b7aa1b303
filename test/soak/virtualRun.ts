import { isConfirm } from './cloud/virtualServer.ts';
import type { ShownFields } from './oracle/groundTruth.ts';
import type { CallFault, Place } from './plan/callFaults.ts';
import type { Outage, WorldEvent } from './plan/lifePlan.ts';
import type { PlainPolicy } from './plan/plainPolicy.ts';
import { faultsByCall } from './virtual/faultsByCall.ts';
import { type TimerOwner, timerOwners } from './virtual/virtualTime.ts';

interface Description {
  readonly sentAt: number;
  /** when the gateways were asked for together with it, or with an earlier one of this request; `null`: never */
  readonly gatewaysAskedAt: number | null;
  /** `null` until its answer arrives */
  receivedAt: number | null;
  readonly shown: ShownFields;
}

/** An invocation as observed from outside. */
export interface VirtualRun extends TimerOwner {
  readonly policy: PlainPolicy;
  readonly startedAt: number;
  readonly faults: ReturnType<typeof faultsByCall>;
  readonly meanwhile: WorldEvent | null;
  readonly outages: readonly Outage[];
  readonly die: () => void;
  /** places at which its calls had faults */
  readonly places: Set<Place>;
  /** when its listing reached the provider */
  listedAt: number | null;
  /** interfaces in its listing that occupy resources, by ID */
  readonly listed: Map<string, ShownFields>;
  /** the last description of each request and when it was requested, by ID */
  readonly descriptions: Map<string, Description>;
  /**
   * when a call for the gateways first reached the provider, by the time at which it was sent; infinite until it does. Attempts that run
   * at the same time may send one each.
   */
  readonly gatewaysReadAt: Map<number, number>;
  /** requests with a started confirm */
  readonly attempts: Set<string>;
  /** number of confirms that took effect */
  accepted: number;
  /** whether it had no faults, no concurrent run and no concurrent action */
  isClean: boolean;
  end: 'completed' | 'failed' | 'leaseHeld' | 'killed' | 'threw' | null;
  endedAt: number | null;
}

export function beginRun(
  given: Pick<VirtualRun, 'policy' | 'startedAt' | 'meanwhile' | 'outages'> & {
    readonly faults: readonly CallFault[];
  },
): { readonly run: VirtualRun; readonly killed: Promise<'killed'> } {
  const killed = Promise.withResolvers<'killed'>();
  const run: VirtualRun = {
    ...given,
    faults: faultsByCall(given.faults),
    isDead: false,
    pausedUntil: 0,
    die: () => {
      run.isDead = true;
      killed.resolve('killed');
    },
    places: new Set(),
    listedAt: null,
    listed: new Map(),
    descriptions: new Map(),
    gatewaysReadAt: new Map(),
    attempts: new Set(),
    accepted: 0,
    isClean: given.faults.length === 0 && given.outages.length === 0,
    end: null,
    endedAt: null,
  };
  return { run, killed: killed.promise };
}

/** The run that the current code belongs to; `null` if none. */
export function currentRun(): VirtualRun | null {
  const store = timerOwners.getStore();
  return isRun(store) ? store : null;
}

function isRun(store: TimerOwner | undefined): store is VirtualRun {
  return store !== undefined && 'descriptions' in store;
}

/** The fault of the next call of a run. */
export function nextFault(run: VirtualRun, place: Place, operation: string): CallFault | null {
  const confirms = isConfirm({ operation });
  const own = run.faults.next(place, confirms);
  if (own !== null) return own;
  const outage = run.outages.find((one) => one.place === place || (confirms && one.place === 'confirm'));
  return outage === undefined
    ? null
    : { kind: outage.faultKind, turn: 0, place, lasts: true, seconds: outage.seconds };
}
