import { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/** An owner of timers and calls, which end when it dies, and wait while it is paused. */
export interface TimerOwner {
  isDead: boolean;
  /** virtual time until which its process is suspended */
  pausedUntil: number;
}

interface Timer {
  at: number;
  readonly place: number;
  readonly fire: () => void;
  readonly owner: TimerOwner | null;
}

/** The owner of the timers of the current code. */
export const timerOwners = new AsyncLocalStorage<TimerOwner>();

const realImmediate = globalThis.setImmediate;
let now = 0;
let made = 0;
let waiting: Timer[] = [];
/** by the handle that callers of Node's functions have */
const handles = new Map<number, Timer>();
/** increases with every action, so that a lack of progress can be detected */
let actionCount = 0;

/** Virtual time in milliseconds since the start of this life. All timers use it. */
export function virtualNow(): number {
  return now;
}

/** Called when virtual time advances. */
let onAdvance: (ms: number) => void = () => undefined;

/** Starts the time of a new life, and discards the timers of the previous one. */
export function beginTime(start: number, advance: (ms: number) => void): void {
  now = start;
  waiting = [];
  handles.clear();
  onAdvance = advance;
}

function wait(ms: number, fire: () => void): Timer {
  made += 1;
  actionCount += 1;
  const delay = Number.isFinite(ms) && ms > 0 ? ms : 0;
  const timer = { at: now + delay, place: made, fire, owner: timerOwners.getStore() ?? null };
  insert(timer);
  return timer;
}

function insert(timer: Timer): void {
  const later = waiting.findIndex((other) => other.at > timer.at);
  waiting.splice(later < 0 ? waiting.length : later, 0, timer);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    wait(ms, resolve);
  });
}

/** Replaces `setTimeout` of `node:timers/promises`. */
function pause(ms: number, value: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    wait(ms, () => resolve(value));
  });
}

/** Replaces Node's timers by virtual time in the whole process. */
export function installVirtualTime(): void {
  const setTimeoutVirtual = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const timer = wait(ms, () => {
      handles.delete(timer.place);
      callback(...args);
    });
    handles.set(timer.place, timer);
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => false, place: timer.place };
    return handle;
  };
  const clearTimeoutVirtual = (handle: unknown) => {
    if (typeof handle !== 'object' || handle === null || !('place' in handle)) return;
    const timer = typeof handle.place === 'number' ? handles.get(handle.place) : undefined;
    if (timer === undefined) return;
    handles.delete(timer.place);
    waiting = waiting.filter((other) => other !== timer);
  };
  Object.assign(globalThis, { setTimeout: setTimeoutVirtual, clearTimeout: clearTimeoutVirtual });
  Object.assign(timers, { setTimeout: pause });
  syncBuiltinESMExports();
}

/** Waits until no action is left at the current virtual time. */
async function waitUntilIdle(): Promise<void> {
  let before: number;
  do {
    before = actionCount;
    await new Promise((resolve) => realImmediate(resolve));
  } while (actionCount !== before);
}

/** Advances time until the promise is settled. @throws Error if there are no timers left */
export async function elapseUntil<T>(work: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  work.then(settled, settled);
  for (;;) {
    await waitUntilIdle();
    if (isSettled) return work;
    const next = waiting.shift();
    if (next === undefined) throw new Error('there are no timers left and the work is not done: it hangs');
    if (next.owner?.isDead) continue;
    if (next.owner !== null && next.owner.pausedUntil > next.at) {
      // The same object stays in `handles`, so that it can still be cleared.
      next.at = next.owner.pausedUntil;
      insert(next);
      continue;
    }
    if (next.at > now) {
      onAdvance(next.at - now);
      now = next.at;
    }
    actionCount += 1;
    next.fire();
  }
}
