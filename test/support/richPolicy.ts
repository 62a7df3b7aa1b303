import type { Policy } from '../../core/policy.ts';
import { aGrant, aHoldRule, anOwner, aPolicy, aRecipient, CONNECTION } from './builders.ts';

/** A policy in which no key is `null` or empty. */
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
