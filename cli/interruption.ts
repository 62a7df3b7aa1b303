/**
 * How far apart two signals are that mean two wishes. A terminal and systemd send a signal to every process, and npm and
 * bin/launch.cjs pass on what they get: so one wish arrives two or three times.
 */
const APART_MS = 1000;

/**
 * The first Ctrl-C (or SIGTERM) lets what is under way end, so that the lease is given back and nothing is left in doubt.
 * One that comes later ends the process at once.
 */
export function catchInterruption(): AbortSignal {
  const interruption = new AbortController();
  let first = 0;
  const interrupt = (signal: NodeJS.Signals): void => {
    if (!interruption.signal.aborted) {
      first = performance.now();
      process.stderr.write('stopping: no further confirm is begun; Ctrl-C again stops at once\n');
      interruption.abort();
    } else if (performance.now() - first > APART_MS) {
      // Without a listener it does what it does by default.
      process.removeListener(signal, interrupt);
      process.kill(process.pid, signal);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  return interruption.signal;
}
