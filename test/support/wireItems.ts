import { createHash } from 'node:crypto';
import type { KeyDigest } from '../../core/model.ts';

/** Virtual interfaces in the wire form of the two providers. */
export const OUTSCALE_ITEM = {
  virtualInterfaceId: 'dxvif-1a2b3c4d',
  virtualInterfaceState: 'confirming',
  virtualInterfaceType: 'private',
  virtualInterfaceName: 'acme-prod-1',
  ownerAccount: '012345678901',
  connectionId: 'dxcon-11111111',
  location: 'PAR1',
  vlan: 101,
  asn: 65010,
  authKey: 'planted-bgp-key',
  amazonAddress: '169.254.10.1/30',
  customerAddress: '169.254.10.2/30',
  virtualGatewayId: '',
};

export const AWS_ITEM = {
  ...OUTSCALE_ITEM,
  customerRouterConfig: '<bgp_auth_key>planted-bgp-key</bgp_auth_key>',
  directConnectGatewayId: '',
  mtu: 1500,
  jumboFrameCapable: true,
  amazonSideAsn: 64512,
  addressFamily: 'ipv4',
  region: 'eu-west-2',
  tags: [{ key: 'team', value: 'network' }, { key: 'empty' }],
  bgpPeers: [
    {
      bgpPeerId: 'dxpeer-1a2b3c4d',
      bgpPeerState: 'available',
      asn: 65010,
      authKey: 'planted-bgp-key',
      amazonAddress: '169.254.10.1/30',
      customerAddress: '169.254.10.2/30',
    },
  ],
};

export const PLANTED_KEY = 'planted-bgp-key';

/** No agreed keys. */
export const NO_KEYS: ReadonlySet<KeyDigest> = new Set();

/** A key in clear text, and its digests, in every form in which it could be found in an output. None of them may leave the API's reader. */
export function formsOf(key: string): readonly string[] {
  const sha256 = createHash('sha256').update(key).digest();
  const texts = (['hex', 'base64', 'base64url'] as const).map((encoding) => sha256.toString(encoding));
  return [key, Buffer.from(key).toString('base64').replace(/=*$/, ''), ...texts];
}
