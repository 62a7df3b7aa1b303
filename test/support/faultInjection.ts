import { AsyncLocalStorage } from 'node:async_hooks';

/** What can befall a pass at one of its calls. */
export type FaultKind =
  /** fails without effect */
  | 'refused'
  /** takes effect, and nobody learns of it */
  | 'answerLost'
  /** the pass ends there, before or after the call took effect: no later line of it runs */
  | 'killedBefore'
  | 'killedAfter'
  /** the pass stands still before the call until it is woken */
  | 'paused'
  /** the world moves before the call, or right after it */
  | 'overtakenBefore'
  | 'overtakenAfter';

export interface InjectedFault {
  readonly kind: FaultKind;
  /** which of its calls */
  readonly turn: number;
  /** a call that is refused or loses its answer: so do all later ones to the same place */
  readonly lasts: boolean;
}

/** A pass that is on its way through a peril. */
export interface FaultyRun<T> {
  readonly end: Promise<T | 'killed'>;
  /** The call that it is about to make when it is paused, its place first (`api confirm`); `null`: it ended without. */
  readonly paused: Promise<string | null>;
  resume(): void;
  /** Another pass has its lease by now. */
  loseLease(): void;
}

interface Running {
  through<T>(call: string, make: () => Promise<T>, failure: () => Error): Promise<T>;
  readonly isOusted: boolean;
}

const running = new AsyncLocalStorage<Running>();

/** Makes a call, unless something befalls it. Outside of `run` nothing does. @param call its place and name */
export function callWithFault<T>(call: string, make: () => Promise<T>, failure: () => Error): Promise<T> {
  return running.getStore()?.through(call, make, failure) ?? make();
}

/** Whether the pass that asks has lost its lease for certain. */
export function hasLostLease(): boolean {
  return running.getStore()?.isOusted ?? false;
}

/** @param overtake what the world does when it overtakes the pass */
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
    // What is on its way to the API arrives: the next step of a life finds it done. (That it may also arrive late, the soak
    // tries.) Calls of other places may hold calls that die with the pass, and never end.
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
    // Whoever is suspended on the disk holds a lock there, which real time alone ends.
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
