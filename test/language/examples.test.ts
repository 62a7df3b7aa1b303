import { describe, expect, it } from 'vitest';
import {
  compileFiles,
  compilePolicy,
  explainUnknownRegion,
  findUnreachableGrants,
} from '../../language/index.ts';

describe('the examples', () => {
  const result = compileFiles('examples');

  it('compile together, each with the credentials that the function needs', () => {
    expect(result).toMatchObject({ ok: true });
    const policies = result.ok ? result.policies : [];
    expect(policies.map(({ policy }) => [policy.target, policy.recipient.credentials])).toEqual([
      ['aws', { role: 'arn:aws:iam::012345678901:role/vif-acceptor', externalId: 'vif-acceptor' }],
      ['outscale', { secret: 'vif-acceptor/outscale' }],
      ['smallest', { secret: 'vif-acceptor/outscale-us' }],
    ]);
  });

  it('give no warning today', () => {
    const policies = result.ok ? result.policies : [];
    expect(policies).toHaveLength(3);
    const warnings = policies.flatMap(({ policy }) => [
      ...findUnreachableGrants(policy, new Date()),
      explainUnknownRegion(policy.recipient) ?? [],
    ]);
    expect(warnings.flat()).toEqual([]);
  });

  it('together use every match field', () => {
    const policies = result.ok ? result.policies : [];
    const matches = policies.flatMap(({ policy }) =>
      policy.owners.flatMap(({ grants }) => grants.map(({ match }) => match)),
    );
    const used = matches.flatMap((match) =>
      Object.entries(match).flatMap(([field, wanted]) => (wanted === null ? [] : [field])),
    );
    expect([...new Set(used)].sort()).toEqual([
      'asn',
      'bgpKey',
      'connection',
      'id',
      'location',
      'mtu',
      'name',
      'peers',
      'tags',
      'vlan',
    ]);
  });
});

describe('the smallest useful policy', () => {
  it('is six lines', () => {
    const text = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners:
  acme:
    connections: [dxcon-1a2b3c4d]
    gateway: vgw-87654321
`;
    expect(compilePolicy({ file: 'acme.yaml', text })).toMatchObject({ ok: true });
  });
});
