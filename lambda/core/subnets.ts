import { type HostAddress, parseHostAddress } from './ip.ts';
import type { VirtualInterface } from './model.ts';
import { oncePer } from './oncePer.ts';

/** Both addresses of every BGP session, ours first; `null` where the API gives no address, or something else. */
export const addressesOf = oncePer((vif: VirtualInterface): readonly (HostAddress | null)[] =>
  vif.peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((address) => (address === null ? null : parseHostAddress(address))),
);
