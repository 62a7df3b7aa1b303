import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { LedgerFailure } from '../../../errors.ts';
import { codeOf } from '../../errorCode.ts';
import { fileCause } from '../../fileCause.ts';

/** A lock that was not renewed for so long is that of a dead process, in milliseconds. */
const STALE_MS = 10_000;
/** How long to wait for a lock: longer than that of a dead process stands. */
const PATIENCE_MS = 15_000;

/**
 * Runs `work` while no other process does on the same path, whose folder must exist.
 * @param work is given a check that throws once the lock may be another's: for right before it writes
 * @throws LedgerFailure
 */
export async function inLock(path: string, work: (assertHeld: () => void) => Promise<void>): Promise<void> {
  let lost = false;
  const release = await take(path, () => {
    lost = true;
  });
  const since = Date.now();
  const assertHeld = (): void => {
    // Fail closed: while this process was suspended, another may have taken the lock for that of a dead one.
    if (lost || Date.now() - since >= STALE_MS / 2)
      throw new LedgerFailure(`ledger ${path} was left as it is: its lock may be another process's by now`);
  };
  try {
    await work(assertHeld);
  } finally {
    // A lock that cannot be given back goes stale by itself.
    await release().catch(() => undefined);
  }
}

async function take(path: string, onCompromised: () => void): Promise<() => Promise<void>> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await lock(path, { realpath: false, stale: STALE_MS, onCompromised });
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== 'ELOCKED') {
        throw new LedgerFailure(`ledger ${path} cannot be locked ${whyNot(path, cause)}`, { cause });
      }
      if (performance.now() >= end) {
        throw new LedgerFailure(
          `ledger ${path} is locked for more than ${PATIENCE_MS / 1000} s: is another process stuck on ${path}.lock?`,
        );
      }
    }
    await pause(20);
  }
}

function whyNot(path: string, cause: unknown): string {
  const code = codeOf(cause);
  if (code === 'ENOTDIR') return `(${code}): ${path}.lock is no lock of vif-acceptor; move it away`;
  // Where its folder was only missing, it was made before.
  if (code === 'ENOENT') return `(${code}): nothing can be made in its folder; name a file in another folder`;
  return fileCause(cause);
}
