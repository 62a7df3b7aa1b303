import type { VirtualInterface } from './model.ts';

/** What one complete look at the API showed. */
export interface Survey {
  /** before its first call */
  readonly listedAt: string;
  /** after its last answer */
  readonly seenAt: string;
  /** by ID: the listing, and what was described because the listing lacked it; `null`: it does not exist */
  readonly found: ReadonlyMap<string, VirtualInterface | null>;
  /** requests to us */
  readonly requests: readonly VirtualInterface[];
  /** confirming, and offered by us to others */
  readonly outbound: readonly VirtualInterface[];
  /** expired, offered to us as far as the API tells, and on no record */
  readonly expired: readonly VirtualInterface[];
}
