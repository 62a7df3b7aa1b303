/** A call took longer than it may. */
class TimeLimitExceeded extends Error {
  override readonly name = 'TimeoutError';
}

/** Rejects `call` when it takes longer than `ms`, even where the SDK's own time-outs do not fire, and aborts it. */
export async function withTimeLimit<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
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
