import type { Deadline } from '../../../core/deadline.ts';
import * as d from '../../../core/decode.ts';
import type { Grounds, Usage } from '../../../core/grounds.ts';
import { gatewayKind, isVirtualInterfaceId } from '../../../core/ids.ts';
import {
  type BgpPeer,
  type Gateway,
  PROVIDERS,
  type Recipient,
  type VirtualInterface,
} from '../../../core/model.ts';
import type { Award } from '../../../core/remembered.ts';

/** Readers of why something was accepted; each throws `Malformed`. */

const anyText = d.text('a text', () => true);
/** Of our own making, so shown as it is: whoever can write the ledger must not steer a terminal by it. */
export const line = d.text('a text in one line', (value) => value !== '' && !/\p{Cc}/u.test(value));
/** It becomes part of commands. */
export const vifId = d.text('an ID such as `dxvif-1a2b3c4d`', isVirtualInterfaceId);
const gatewayId = d.text('the ID of a gateway', (value) => gatewayKind(value) !== null);
const anyNumber = d.integer(Number.MIN_SAFE_INTEGER);

export const award: { readonly [K in keyof Award]: d.Decoder<Award[K]> } = {
  at: d.instant,
  owner: line,
  grants: d.filled(line),
  gateway: gatewayId,
};

const decodeInterface = d.object<VirtualInterface>({
  id: vifId,
  state: d.orNull(anyText),
  type: d.orNull(anyText),
  ownerAccount: d.orNull(anyText),
  connection: d.orNull(anyText),
  name: d.orNull(anyText),
  location: d.orNull(anyText),
  vlan: d.orNull(anyNumber),
  mtu: d.orNull(anyNumber),
  gateway: d.orNull(anyText),
  tags: d.orNull(d.map(anyText)),
  peers: d.array(
    d.object<BgpPeer>({
      asn: d.orNull(anyNumber),
      amazonAddress: d.orNull(anyText),
      customerAddress: d.orNull(anyText),
      hasKey: d.orNull(d.boolean),
    }),
  ),
  faults: d.array(line),
});

const decodeGateway = d.object<Gateway>({
  id: anyText,
  kind: d.oneOf(['virtual', 'directConnect']),
  state: d.orNull(anyText),
  attachedVpcs: d.array(anyText),
  asn: d.orNull(anyNumber),
});

const decodeDeadline = d.object<Deadline>({
  earliest: d.orNull(d.instant),
  latest: d.orNull(d.instant),
});

export const grounds: { readonly [K in keyof Grounds]: d.Decoder<Grounds[K]> } = {
  target: line,
  recipient: d.object<Recipient>({ provider: d.oneOf(PROVIDERS), region: line, account: line }),
  policy: d.object<Grounds['policy']>({ digest: line, revision: anyText }),
  request: decodeInterface,
  firstSeen: d.instant,
  deadline: decodeDeadline,
  grant: line,
  tickets: d.map(line),
  gatewaySeen: d.orNull(decodeGateway),
  usage: d.object<Usage>({ owner: d.array(line), grants: d.map(d.array(line)) }),
  acceptedBefore: d.integer(0),
  skipped: d.array(line),
};

export const decodeGrounds = d.object<Grounds>(grounds);
