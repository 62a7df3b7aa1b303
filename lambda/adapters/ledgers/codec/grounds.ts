import type { Deadline } from '../../../core/deadline.ts';
import * as d from '../../../core/decode.ts';
import type { Grounds, Usage } from '../../../core/grounds.ts';
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
const anyNumber = d.integer(Number.MIN_SAFE_INTEGER);

export const award: { readonly [K in keyof Award]: d.Decoder<Award[K]> } = {
  at: d.instant,
  owner: d.string,
  grants: d.filled(d.string),
  gateway: d.string,
};

const decodeInterface = d.object<VirtualInterface>({
  id: d.string,
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
  faults: d.array(d.string),
});

const decodeGateway = d.object<Gateway>({
  id: d.string,
  kind: d.oneOf(['virtual', 'directConnect']),
  state: d.orNull(anyText),
  attachedVpcs: d.array(d.string),
  asn: d.orNull(anyNumber),
});

const decodeDeadline = d.object<Deadline>({
  earliest: d.orNull(d.instant),
  latest: d.orNull(d.instant),
});

export const grounds: { readonly [K in keyof Grounds]: d.Decoder<Grounds[K]> } = {
  target: d.string,
  recipient: d.object<Recipient>({ provider: d.oneOf(PROVIDERS), region: d.string, account: d.string }),
  policy: d.object<Grounds['policy']>({ digest: d.string, revision: anyText }),
  request: decodeInterface,
  firstSeen: d.instant,
  deadline: decodeDeadline,
  grant: d.string,
  tickets: d.map(d.string),
  gatewaySeen: d.orNull(decodeGateway),
  usage: d.object<Usage>({ owner: d.array(d.string), grants: d.map(d.array(d.string)) }),
  acceptedBefore: d.integer(0),
  skipped: d.array(d.string),
};

export const decodeGrounds = d.object<Grounds>(grounds);
