import { AsyncLocalStorage } from 'node:async_hooks';

/** Faults that can be injected at a call of a run. */
export type FaultKind =
  /** the call fails without effect */
  | 'refused'
  /** the call has its effect, but the answer is lost */
  | 'answerLost'
  /** the run is killed before or after the call has its effect */
  | 'killedBefore'
  | 'killedAfter'
  /** the run pauses before the call until it is resumed */
  | 'paused'
  /** the environment changes before or right after the call */
  | 'overtakenBefore'
  | 'overtakenAfter';

export interface InjectedFault {
  readonly kind: FaultKind;
  /** index of the call within the run */
  readonly turn: number;
  /** whether all later calls to the same place fail in the same way */
  readonly lasts: boolean;
}

/** A run with an injected fault. */
export interface FaultyRun<T> {
  readonly end: Promise<T | 'killed'>;
  /** The call before which it is paused, with its place first (`api confirm`); `null` if it ended without a pause. */
  readonly paused: Promise<string | null>;
  resume(): void;
  /** Records that another run has taken its lease. */
  loseLease(): void;
}

interface Running {
  call<T>(call: string, make: () => Promise<T>, failure: () => Error): Promise<T>;
  readonly hasLostLease: boolean;
}

const running = new AsyncLocalStorage<Running>();

/** Makes a call with the fault of the current run, if any. Outside of `runWithFault` there is none. @param call place and name */
export function callWithFault<T>(call: string, make: () => Promise<T>, failure: () => Error): Promise<T> {
  return running.getStore()?.call(call, make, failure) ?? make();
}

/** Whether the current run has certainly lost its lease. */
export function hasLostLease(): boolean {
  return running.getStore()?.hasLostLease ?? false;
}

/** @param overtake changes the environment during the run */
export function runWithFault<T>(
  fault: InjectedFault | null,
  work: () => Promise<T>,
  overtake: () => Promise<void>,
): FaultyRun<T> {
  const killed = Promise.withResolvers<'killed'>();
  const paused = Promise.withResolvers<string | null>();
  const resumed = Promise.withResolvers<void>();
  const inFlight = new Set<Promise<unknown>>();
  let turn = 0;
  let lasting: string | null = null;
  let isOver = false;
  let lostLease = false;

  function die(): Promise<never> {
    isOver = true;
    // Calls in flight to the API complete before the next step. (The soak also tests late ones.) Calls to other places may
    // wait for calls that end with the run, and never complete.
    void Promise.allSettled(inFlight).then(() => killed.resolve('killed'));
    return new Promise(() => undefined);
  }

  function faultOf(call: string): FaultKind | null {
    if (fault === null) return null;
    const isTurn = turn === fault.turn;
    turn += 1;
    const [place = ''] = call.split(' ');
    if (isTurn && fault.lasts) lasting = place;
    const lasts = lasting === place && (fault.kind === 'refused' || fault.kind === 'answerLost');
    return isTurn || lasts ? fault.kind : null;
  }

  async function before(kind: FaultKind | null, call: string, failure: () => Error): Promise<void> {
    if (isOver || kind === 'killedBefore') await die();
    if (kind === 'refused') throw failure();
    if (kind === 'overtakenBefore') await running.exit(overtake);
    // A run that is paused in a call to the disk holds a lock, which only expires in real time.
    if (kind !== 'paused' || call.startsWith('disk')) return;
    paused.resolve(call);
    await resumed.promise;
  }

  const self: Running = {
    call: async (call, make, failure) => {
      const kind = faultOf(call);
      await before(kind, call, failure);
      const making = make();
      if (call.startsWith('api')) inFlight.add(making);
      const answer = await making.finally(() => inFlight.delete(making));
      if (isOver || kind === 'killedAfter') return die();
      if (kind === 'answerLost') throw failure();
      if (kind === 'overtakenAfter') await running.exit(overtake);
      return answer;
    },
    get hasLostLease() {
      return lostLease;
    },
  };
  const end = Promise.race([running.run(self, work), killed.promise]);
  end.finally(() => paused.resolve(null)).catch(() => undefined);
  return {
    end,
    paused: paused.promise,
    resume: resumed.resolve,
    loseLease: () => {
      lostLease = true;
    },
  };
}
