/** Runs work one after the other, in the order in which it came. */
export type SerialQueue = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of this process. Work that fails is told to whoever brought it, and holds up nobody. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** A call took longer than it may. */
class TimeLimitExceeded extends Error {
  override readonly name = 'TimeoutError';
}

/** Rejects `call` when it takes longer than `ms`, even where the SDK's own time-outs do not fire, and aborts it. */
export async function withTimeout<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TimeLimitExceeded(`no answer within ${ms} ms`));
      abort.abort();
    }, ms);
  });
  try {
    return await Promise.race([call(abort.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}
