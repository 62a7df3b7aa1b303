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
  through<T>(call: string, make: () => Promise<T>, failure: () => Error): Promise<T>;
  readonly isOusted: boolean;
}

const running = new AsyncLocalStorage<Running>();

/** Makes a call with the fault of the current run, if any. Outside of `runWithFault` there is none. @param call place and name */
export function callWithFault<T>(call: string, make: () => Promise<T>, failure: () => Error): Promise<T> {
  return running.getStore()?.through(call, make, failure) ?? make();
}

/** Whether the current run has certainly lost its lease. */
export function hasLostLease(): boolean {
  return running.getStore()?.isOusted ?? false;
}

/** @param overtake changes the environment during the run */
export function runWithFault<T>(
  peril: InjectedFault | null,
  work: () => Promise<T>,
  overtake: () => Promise<void>,
): FaultyRun<T> {
  const killed = Promise.withResolvers<'killed'>();
  const paused = Promise.withResolvers<string | null>();
  const woken = Promise.withResolvers<void>();
  const underWay = new Set<Promise<unknown>>();
  let turn = 0;
  let lasting: string | null = null;
  let isOver = false;
  let ousted = false;

  function die(): Promise<never> {
    isOver = true;
    // Calls in flight to the API complete before the next step. (The soak also tests late ones.) Calls to other places may
    // wait for calls that end with the run, and never complete.
    void Promise.allSettled(underWay).then(() => killed.resolve('killed'));
    return new Promise(() => undefined);
  }

  function harmOf(call: string): FaultKind | null {
    if (peril === null) return null;
    const isTurn = turn === peril.turn;
    turn += 1;
    const [place = ''] = call.split(' ');
    if (isTurn && peril.lasts) lasting = place;
    const lasts = lasting === place && (peril.kind === 'refused' || peril.kind === 'answerLost');
    return isTurn || lasts ? peril.kind : null;
  }

  async function before(harm: FaultKind | null, call: string, failure: () => Error): Promise<void> {
    if (isOver || harm === 'killedBefore') await die();
    if (harm === 'refused') throw failure();
    if (harm === 'overtakenBefore') await running.exit(overtake);
    // A run that is paused in a call to the disk holds a lock, which only expires in real time.
    if (harm !== 'paused' || call.startsWith('disk')) return;
    paused.resolve(call);
    await woken.promise;
  }

  const self: Running = {
    through: async (call, make, failure) => {
      const harm = harmOf(call);
      await before(harm, call, failure);
      const making = make();
      if (call.startsWith('api')) underWay.add(making);
      const answer = await making.finally(() => underWay.delete(making));
      if (isOver || harm === 'killedAfter') return die();
      if (harm === 'answerLost') throw failure();
      if (harm === 'overtakenAfter') await running.exit(overtake);
      return answer;
    },
    get isOusted() {
      return ousted;
    },
  };
  const end = Promise.race([running.run(self, work), killed.promise]);
  end.finally(() => paused.resolve(null)).catch(() => undefined);
  return {
    end,
    paused: paused.promise,
    resume: woken.resolve,
    loseLease: () => {
      ousted = true;
    },
  };
}
