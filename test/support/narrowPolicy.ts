import { ACME_1, compileTestPolicy, PROD } from './cloud.ts';

/** A policy that accepts exactly one request, and that request. */
export const NARROW_POLICY = compileTestPolicy(`owners:
  acme:
    connections: [${ACME_1}]
    grants:
      prod:
        gateway: ${PROD}
        match: { vlan: [101], asn: [65010], peers: [169.254.10.0/24], name: [acme-prod-1], bgpKey: required }
`);

export const ALLOWED_OFFER = {
  vlan: 101,
  name: 'acme-prod-1',
  asn: 65010,
  subnet: '10.4',
  authKey: 'bgp-key-1',
} as const;
