import * as d from '../../core/decoders.ts';

/** The exclusive right to work on a target for a limited time. */
export interface Lease {
  /** random; identifies the holder */
  readonly token: string;
  readonly until: string;
}

export const decodeLease = d.openObject<Lease>({ token: d.string, until: d.instant });

/** Longer than any run may take, in milliseconds. */
export const MAX_LEASE_MS = 20 * 60 * 1000;

/** Whether a lease is absent, expired or invalid. A lease beyond the maximum duration was written by a clock that was fast, and must not block all runs. */
export function isLeaseFree(lease: Lease | null, at: Date): boolean {
  if (lease === null) return true;
  const left = Date.parse(lease.until) - at.getTime();
  return left <= 0 || left > MAX_LEASE_MS;
}

export function createLease(at: Date, leaseMs: number, token: string): Lease {
  return { token, until: new Date(at.getTime() + leaseMs).toISOString() };
}
