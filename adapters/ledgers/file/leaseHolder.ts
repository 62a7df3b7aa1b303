import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as d from '../../../core/decoders.ts';
import { readErrorCode } from '../../fileSystem.ts';

/** The process that holds a lease, so that another process can detect that it no longer exists. */
export interface LeaseHolder {
  /** token of the lease; if the lease has another token, this entry is outdated */
  readonly token: string;
  readonly host: string;
  /** boot ID of the machine */
  readonly boot: string;
  /** PID and time namespaces: process IDs and start times of other namespaces, such as containers, are not comparable */
  readonly namespaces: string;
  readonly pid: number;
  /** start time in clock ticks since boot: process IDs are reused */
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

/** Describes this process as the holder of a lease. @returns `null` where the system does not provide all of it, as outside Linux */
export function describeThisProcess(token: string): LeaseHolder | null {
  const { pid } = process;
  try {
    const [self, started] = readProcessStart('self');
    // If /proc belongs to another PID namespace, its IDs are those of other processes.
    if (self !== String(pid)) return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespaces = `${readlinkSync('/proc/self/ns/pid')} ${readTimeNamespace()}`;
    return { token, host: hostname(), boot, namespaces, pid, started };
  } catch {
    return null;
  }
}

/** The time namespace. Linux before 5.6 has none. */
function readTimeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return '-';
    throw error;
  }
}

/**
 * Whether the holder of a lease certainly no longer exists. Fail closed: it may exist if it belongs to another machine, boot or
 * container, or if the system does not provide the information.
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
  if (!processExists(holder.pid)) return true;
  try {
    return readProcessStart(String(holder.pid))[1] !== holder.started;
  } catch {
    return false;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any other code means that the process exists and belongs to another user.
    return readErrorCode(error) !== 'ESRCH';
  }
}

/** The ID and the start time of a process. The name between them in the file may contain any characters. */
function readProcessStart(process: string): [id: string, started: string] {
  const text = readFileSync(`/proc/${process}/stat`, 'utf8');
  const started = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  if (started === undefined || started === '') throw new Error('the process has no start time');
  return [text.split(' ', 1)[0] ?? '', started];
}
