import * as d from '../../core/decode.ts';

/** The right to work on a target, for a while. */
export interface Lease {
  /** random: who holds it */
  readonly token: string;
  readonly until: string;
}

export const decodeLease = d.object<Lease>({ token: d.string, until: d.instant });

export function isFree(lease: Lease | null, at: Date): boolean {
  return lease === null || Date.parse(lease.until) <= at.getTime();
}

export function newLease(at: Date, leaseMs: number, token: string): Lease {
  return { token, until: new Date(at.getTime() + leaseMs).toISOString() };
}
