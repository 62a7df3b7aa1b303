import * as d from '../../core/decode.ts';

/** The right to work on a target, for a while. */
export interface Lease {
  /** random: who holds it */
  readonly token: string;
  readonly until: string;
}

export const decodeLease = d.openObject<Lease>({ token: d.string, until: d.instant });

/** Longer than any pass may take, in milliseconds. */
export const MAX_LEASE_MS = 20 * 60 * 1000;

/** A lease that ends later than any could was written by a clock that ran ahead: it must not keep everybody out till then. */
export function isLeaseFree(lease: Lease | null, at: Date): boolean {
  if (lease === null) return true;
  const left = Date.parse(lease.until) - at.getTime();
  return left <= 0 || left > MAX_LEASE_MS;
}

export function createLease(at: Date, leaseMs: number, token: string): Lease {
  return { token, until: new Date(at.getTime() + leaseMs).toISOString() };
}
