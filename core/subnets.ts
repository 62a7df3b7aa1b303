import { type HostAddress, parseHostAddress } from './ip.ts';
import { oncePer } from './memoize.ts';
import type { VirtualInterface } from './model.ts';

/** Both addresses of every BGP session, ours first; `null` where the API gives no address, or something else: see `hasOddAddress`. */
export const addressesOf = oncePer((vif: VirtualInterface): readonly (HostAddress | null)[] =>
  vif.peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((address) => (address === null ? null : parseHostAddress(address))),
);

/** Whether the API gives something as an address that is none: it may stand for any address. */
export function hasOddAddress(vif: VirtualInterface): boolean {
  return vif.peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .some((address, place) => address !== null && addressesOf(vif)[place] === null);
}
