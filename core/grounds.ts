import type { Deadline } from './deadline.ts';
import type { Gateway, Recipient, VirtualInterface } from './model.ts';

/** Why a request was to be accepted: everything by which that can be shown later. No secret is among it. */
export interface Grounds {
  readonly target: string;
  readonly recipient: Recipient;
  readonly policy: { readonly digest: string; readonly revision: string };
  /** as described right before the confirm */
  readonly request: VirtualInterface;
  readonly firstSeen: string;
  readonly deadline: Deadline;
  /** the first fitting grant by code point */
  readonly grant: string;
  /** of every fitting grant that has one, by its name */
  readonly tickets: Readonly<Record<string, string>>;
  /** as listed right before the confirm */
  readonly gatewaySeen: Gateway | null;
  /** what stood in the slots of the limits */
  readonly usage: Usage;
  /** accepted by the same pass before it */
  readonly acceptedBefore: number;
  /** checks that could not be made, a sentence each */
  readonly skipped: readonly string[];
}

/** IDs that stand in the slots of an owner and of grants. */
export interface Usage {
  readonly owner: readonly string[];
  /** by the grant's name */
  readonly grants: Readonly<Record<string, readonly string[]>>;
}
