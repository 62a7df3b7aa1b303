import type { Grant, Policy } from '../../core/policy.ts';
import { KEY_DIGESTS } from './arbitraries.ts';
import { aGrant, aHoldRule, anOwner, aPolicy, aRecipient, CONNECTION } from './builders.ts';

/** A policy of format 1 in which no key of that format is `null` or empty. */
export const RICH: Policy = aPolicy({
  recipient: aRecipient({ credentials: { secret: 'vif-acceptor/outscale' } }),
  owners: [
    anOwner({
      account: '210987654321',
      contact: 'noc@acme.example',
      limit: 4,
      grants: [
        aGrant({
          gatewayName: 'prod-core',
          limit: 0,
          ticket: 'NET-1234',
          from: '2026-11-01T00:00:00.000Z',
          until: '2026-11-15T00:00:00.000Z',
          match: {
            connection: [CONNECTION.owner],
            vlan: [[100, 199]],
            asn: [[4200000000, 4294967295]],
            peers: ['169.254.10.0/24', '2001:db8::/64'],
            name: ['acme-*'],
            location: ['PAR1'],
            bgpKey: 'required',
            mtu: [9001],
            tags: { env: ['prod', ''] },
          },
        }),
      ],
    }),
  ],
  hold: [aHoldRule({ vlan: [[3000, 4094]], reason: 'under investigation' })],
});

const [DIGEST] = KEY_DIGESTS;

/** A policy of format 2 in which no key is `null` or empty. */
export const RICH_2: Policy = {
  ...RICH,
  owners: RICH.owners.map((owner) => ({
    ...owner,
    sharedConnections: [CONNECTION.other],
    grants: owner.grants.map(
      (grant): Grant => ({
        ...grant,
        type: 'transit',
        match: { ...grant.match, id: ['dxvif-1a2b3c4d', 'dxvif-2b3c4d5e'], bgpKey: DIGEST },
      }),
    ),
  })),
  hold: RICH.hold.map((rule) => ({ ...rule, match: { ...rule.match, id: ['dxvif-3c4d5e6f'] } })),
};

/** A policy of format 3 in which no key is `null` or empty. */
export const RICH_3: Policy = {
  ...RICH_2,
  owners: RICH_2.owners.map((owner) => ({
    ...owner,
    grants: owner.grants.map(
      (grant): Grant => ({ ...grant, routes: ['10.20.0.0/16', '2001:db8:20::/48'], maxPrefixes: 20 }),
    ),
  })),
};
