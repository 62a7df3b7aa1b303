/** The most tasks at once. OUTSCALE throttles by calls per second, and does not document its limits. */
const MOST_AT_ONCE = 4;

/** Runs tasks concurrently, up to a limit, and starts them in the order in which they are given. */
export interface ConcurrencyLimit {
  /**
   * Starts a task as soon as fewer than the limit are running. Resolves when it has started.
   * @throws the first error of an earlier task; after an error no task is started
   */
  start(task: () => Promise<void>): Promise<void>;
  /** Waits until no task is running. @throws the first error of a task */
  drain(): Promise<void>;
}

/** @param throttleCount how often the API has throttled a call so far: each time halves the limit, down to one task */
export function createConcurrencyLimit(throttleCount: () => number): ConcurrencyLimit {
  const running = new Set<Promise<void>>();
  const countBefore = throttleCount();
  let failure: { readonly error: unknown } | null = null;
  const limit = (): number => Math.max(1, Math.floor(MOST_AT_ONCE / 2 ** (throttleCount() - countBefore)));
  const throwFailure = (): void => {
    if (failure !== null) throw failure.error;
  };
  return {
    start: async (task) => {
      while (failure === null && running.size >= limit()) await Promise.race(running);
      throwFailure();
      const done = task()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
    },
    drain: async () => {
      await Promise.all(running);
      throwFailure();
    },
  };
}
