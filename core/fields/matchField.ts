import type { Decoder } from '../decode.ts';
import type { VirtualInterface } from '../model.ts';
import type { Ternary } from '../ternaryLogic.ts';

/** One field of a grant's `match` or of a `hold` line, over the compiled form `Wanted`. */
export interface MatchField<Wanted> {
  /** reads the compiled form; throws `Malformed` */
  readonly decode: Decoder<Wanted>;
  /** whether a grant's demand is met: for every BGP session, where sessions matter */
  fits(wanted: Wanted, vif: VirtualInterface): Ternary;
  /** whether a `hold` line concerns it: for any BGP session, where sessions matter */
  touches(wanted: Wanted, vif: VirtualInterface): Ternary;
  /** what is wanted, for people */
  wanted(wanted: Wanted): string;
  /** what the interface has, for people, safe to print; `null` when the API did not give it */
  seen(vif: VirtualInterface): string | null;
}
