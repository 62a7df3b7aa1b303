import { type Cidr, parseHostAddress } from './ip.ts';
import type { VirtualInterface } from './model.ts';
import { oncePer } from './oncePer.ts';

/** The subnets of both addresses of every BGP session, ours first; `null` where the API gives no address, or something else. */
export const subnetsOf = oncePer((vif: VirtualInterface): readonly (Cidr | null)[] =>
  vif.peers
    .flatMap(({ amazonAddress, customerAddress }) => [amazonAddress, customerAddress])
    .map((address) => (address === null ? null : (parseHostAddress(address)?.subnet ?? null))),
);
