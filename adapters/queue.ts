/** Runs work one after the other, in the order in which it came. */
export type Queue = <T>(work: () => Promise<T>) => Promise<T>;

/** A queue of this process. Work that fails is told to whoever brought it, and holds up nobody. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
