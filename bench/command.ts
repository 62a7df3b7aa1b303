import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { keys } from './environment.ts';

const MAIN = join(import.meta.dirname, '../cli/main.ts');

/** Tells at its end how much memory the process had at the most; kept short, since it is loaded into what is measured. */
const PEAK_SCRIPT = `
  import fs from 'node:fs';
  const peak = () => {
    try { return fs.readFileSync('/proc/self/status'); }
    catch { return 'VmHWM: ' + process.resourceUsage().maxRSS + ' kB'; }
  };
  process.on('exit', () => fs.writeSync(3, peak()));
`;
const PEAK = `data:text/javascript,${encodeURIComponent(PEAK_SCRIPT)}`;

/** Runs the command line in a process of its own, as a person would. Rejects when it fails. @param flags of Node */
export async function runCommand(
  args: readonly string[],
  cwd: string,
  flags: readonly string[] = [],
): Promise<{ ms: number; peak: number; stdout: string }> {
  const begun = performance.now();
  const env = { ...keys('eu-west-1'), XDG_STATE_HOME: cwd };
  const child = spawn(process.execPath, [...flags, '--import', PEAK, MAIN, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [stdout, stderr, status] = await Promise.all(child.stdio.slice(1).map(textOf));
  const [code] = await ended;
  const ms = performance.now() - begun;
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${stderr?.slice(-2000)}`);
  const peak = Number(/VmHWM:\s*(\d+) kB/.exec(status ?? '')?.[1]) * 1024;
  return { ms, peak, stdout: stdout ?? '' };
}

function textOf(stream: unknown): Promise<string> {
  return isReadable(stream) ? text(stream) : Promise.resolve('');
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'read' in stream;
}
