import { once } from 'node:events';

/** How often the parent is compared, in milliseconds. */
const PARENT_CHECK_MS = 250;

/**
 * Resolves when this process should end: on SIGINT or SIGTERM; and, if npm started it, when its parent has changed. npm passes a signal to
 * its shell only, and the shell ends without passing it to the command.
 */
export async function waitForStopRequest(): Promise<void> {
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'].map((signal) =>
    once(process, signal, { signal: stop.signal }).catch(() => {}),
  );
  await Promise.race([...signals, ...(isStartedByNpm() ? [parentEnd(stop.signal)] : [])]);
  stop.abort();
}

/** Without npm, a process whose parent ends is meant to continue, as with `nohup`. */
function isStartedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined || process.env.npm_execpath !== undefined;
}

function parentEnd(stopped: AbortSignal): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, PARENT_CHECK_MS);
    stopped.addEventListener('abort', () => clearInterval(timer));
  });
}
