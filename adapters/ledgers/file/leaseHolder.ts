import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as d from '../../../core/decode.ts';
import { readErrorCode } from '../../fileSystem.ts';

/** Which process holds a lease, so that another one can find out that it exists no more. */
export interface LeaseHolder {
  /** that of the lease: what says so of another one is out of date */
  readonly token: string;
  readonly host: string;
  /** which start of which machine */
  readonly boot: string;
  /** in which a process ID, and the time of its start, mean the same: containers have their own */
  readonly namespaces: string;
  readonly pid: number;
  /** in clock ticks since the machine started: a process ID is used again */
  readonly started: string;
}

export const decodeHolder = d.openObject<LeaseHolder>({
  token: d.string,
  host: d.string,
  boot: d.string,
  namespaces: d.string,
  pid: d.integer(1),
  started: d.string,
});

/** This process as the holder of a lease. @returns `null`: the system does not show all of it, as on others than Linux */
export function describeThisProcess(token: string): LeaseHolder | null {
  const { pid } = process;
  try {
    const [self, started] = startOf('self');
    // Where /proc is that of another namespace, it shows other processes by the same IDs.
    if (self !== String(pid)) return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespaces = `${readlinkSync('/proc/self/ns/pid')} ${timeNamespace()}`;
    return { token, host: hostname(), boot, namespaces, pid, started };
  } catch {
    return null;
  }
}

/** Linux before 5.6 has none. */
function timeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return '-';
    throw error;
  }
}

/**
 * Whether the holder of a lease certainly exists no more. Fail closed: it may exist when it is of another machine, another start of
 * this one or another container, or when the system does not show it.
 */
export function isHolderGone(holder: LeaseHolder): boolean {
  const here = describeThisProcess(holder.token);
  if (
    here === null ||
    holder.host !== here.host ||
    holder.boot !== here.boot ||
    holder.namespaces !== here.namespaces
  )
    return false;
  if (!exists(holder.pid)) return true;
  try {
    return startOf(String(holder.pid))[1] !== holder.started;
  } catch {
    return false;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any other code means that it exists and is another user's.
    return readErrorCode(error) !== 'ESRCH';
  }
}

/** The ID and the time of the start of a process. The name between them may have any characters. */
function startOf(process: string): [id: string, started: string] {
  const text = readFileSync(`/proc/${process}/stat`, 'utf8');
  const started = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  if (started === undefined || started === '') throw new Error('it has no time of start');
  return [text.split(' ', 1)[0] ?? '', started];
}
