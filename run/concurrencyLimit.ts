/** So many requests at once: the limiters of OUTSCALE count by the second, and nobody says up to what. */
const LANES = 4;

/** Work that goes on side by side, begun in order. */
export interface Lanes {
  /**
   * Begins it as soon as there is room.
   * @throws what anything begun before threw: from then on nothing is begun
   */
  begin(work: () => Promise<void>): Promise<void>;
  /** Whatever happened, nothing goes on after it. @throws what anything threw first */
  end(): Promise<void>;
}

/** @param throttles how often the API has refused a call as one too many, as of now: each time there is half the room */
export function lanes(throttles: () => number): Lanes {
  const running = new Set<Promise<void>>();
  const before = throttles();
  let failed: { readonly error: unknown } | null = null;
  const room = (): number => Math.max(1, Math.floor(LANES / 2 ** (throttles() - before)));
  const check = (): void => {
    if (failed !== null) throw failed.error;
  };
  return {
    begin: async (work) => {
      while (failed === null && running.size >= room()) await Promise.race(running);
      check();
      const done = work()
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => running.delete(done));
      running.add(done);
    },
    end: async () => {
      await Promise.all(running);
      check();
    },
  };
}
