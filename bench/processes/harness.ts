import { readFileSync } from 'node:fs';
import { serveParent } from '../serveParent.ts';

/** Calls the `handler` of a bundle as Lambda does, and measures it. The function, the bare loop and the SDK clients all run in it. */
const [, , bundle = '', event] = process.argv;
const { handler }: { handler(event: unknown, context: object): Promise<unknown> } = await import(bundle);
const imported = performance.now();

/** With Lambda's maximum time. */
const context = { functionName: 'bench', getRemainingTimeInMillis: () => 900_000 };

async function invoke(given: unknown): Promise<object> {
  const idle = process.memoryUsage().rss;
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const { status, counts } = Object(await handler(given, context));
  const ended = performance.now();
  const { user, system } = process.cpuUsage(before);
  return {
    ms: ended - begun,
    cpu: (user + system) / 1000,
    imported,
    sinceStart: ended,
    idle,
    peak: peakMemory(),
    status: status ?? '',
    counts: counts ?? null,
  };
}

/** In bytes. On Linux, `maxRSS` includes the parent process before exec, so `VmHWM` is used. */
function peakMemory(): number {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

serveParent(event === undefined ? null : await invoke(JSON.parse(event)), { invoke });
