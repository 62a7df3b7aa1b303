import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { type Decision, decide } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, Policy } from '../../core/policy.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import {
  AWS,
  aDecisionContext,
  aGrant,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aPolicyGranting,
  aVif,
  CONNECTION,
  DX_GATEWAY,
  NOW,
  VGW,
} from '../support/builders.ts';

function decided(
  policy: Policy,
  request: VirtualInterface = aVif(),
  context = aDecisionContext(),
  at: Date = NOW,
): Decision {
  return decide(policy, request, context, NO_DEADLINE, at);
}

function codes(decision: Decision): ReasonCode[] {
  return decision.verdict === 'hold' ? decision.reasons.map(({ code }) => code) : [];
}

describe('accepts', () => {
  it('with owner, grant and gateway', () => {
    expect(decided(aPolicy())).toEqual({
      verdict: 'accept',
      owner: 'acme',
      grant: 'default',
      grants: ['default'],
      gateway: VGW.prod,
      type: 'private',
    });
  });

  it('accepts a request for a Direct Connect gateway', () => {
    const owners = [anOwner({ grants: [aGrant({ gateway: DX_GATEWAY })] })];
    expect(decided(aPolicy({ recipient: AWS, owners }))).toMatchObject({ gateway: DX_GATEWAY });
  });

  it('accepts a request that meets every field of a grant in every BGP peer', () => {
    const match = {
      connection: [CONNECTION.owner],
      vlan: [[100, 199]],
      asn: [[65010, 65010]],
      peers: ['169.254.10.0/24', '2001:db8::/64'],
      name: ['acme-prod-*'],
      location: ['PAR1'],
      bgpKey: 'required',
    } as const;
    const sessions = [
      aPeer(),
      aPeer({ amazonAddress: '2001:db8::1/125', customerAddress: '2001:db8::2/125' }),
    ];
    const policy = aPolicyGranting(aGrant({ match }));
    expect(decided(policy, aVif({ peers: sessions }))).toMatchObject({ verdict: 'accept' });
    const [first, second = aPeer()] = sessions;
    for (const wrong of [
      { asn: 65011 },
      { asn: null },
      { hasKey: false },
      { customerAddress: '10.0.0.2/30' },
    ]) {
      const peers = [first ?? aPeer(), { ...second, ...wrong }];
      expect(codes(decided(policy, aVif({ peers })))).toEqual(['no-grant']);
    }
  });

  it('uses only the grants of the owner that has the connection', () => {
    const zeta = anOwner({
      name: 'zeta',
      connections: [CONNECTION.other],
      grants: [aGrant({ gateway: VGW.lab })],
    });
    const policy = aPolicy({ owners: [anOwner(), zeta] });
    expect(decided(policy, aVif({ connection: CONNECTION.other }))).toMatchObject({
      owner: 'zeta',
      gateway: VGW.lab,
    });
  });
});

describe('several grants', () => {
  const wide = aGrant({ name: 'wide' });
  const narrow = aGrant({ name: 'narrow', match: { vlan: [[100, 199]] } });
  const lab = aGrant({ name: 'lab', gateway: VGW.lab, match: { name: ['acme-*'] } });

  it.each<[what: string, grants: Grant[]]>([
    ['in one order', [wide, narrow]],
    ['in the other', [narrow, wide]],
  ])('for one gateway accept under the first name, %s', (_, grants) => {
    expect(decided(aPolicyGranting(...grants))).toMatchObject({
      grant: 'narrow',
      grants: ['narrow', 'wide'],
      gateway: VGW.prod,
    });
  });

  it('for one gateway apply the limits of all of them', () => {
    const context = aDecisionContext({ interfaces: [aLiveVif()] });
    const limited = (grant: Grant): Grant => ({ ...grant, limit: 1 });
    expect(codes(decided(aPolicyGranting(wide, narrow), aVif(), context))).toEqual([]);
    expect(codes(decided(aPolicyGranting(limited(wide), narrow), aVif(), context))).toEqual(['grant-limit']);
    expect(codes(decided(aPolicyGranting(wide, limited(narrow)), aVif(), context))).toEqual(['grant-limit']);
    expect(codes(decided(aPolicyGranting(limited(wide), limited(narrow)), aVif(), context))).toEqual([
      'grant-limit',
      'grant-limit',
    ]);
  });

  it('for different gateways hold the request as ambiguous, naming each', () => {
    const decision = decided(aPolicyGranting(wide, lab));
    expect(decision).toMatchObject({
      verdict: 'hold',
      reasons: [
        {
          code: 'ambiguous',
          parameters: {
            grants: [
              { grant: 'lab', gateway: VGW.lab },
              { grant: 'wide', gateway: VGW.prod },
            ],
          },
        },
      ],
      gateway: null,
    });
  });

  it('for different gateways, of which one does not match, leave the decision to the other', () => {
    expect(decided(aPolicyGranting(narrow, lab), aVif({ vlan: 300 }))).toMatchObject({ grant: 'lab' });
  });

  it('for different gateways, of which one has ended, leave the decision to the other', () => {
    const over = { ...lab, until: NOW.toISOString() };
    expect(decided(aPolicyGranting(wide, over))).toMatchObject({ gateway: VGW.prod });
  });
});

describe('the time window of a grant', () => {
  const from = '2026-11-01T00:00:00.000Z';
  const until = '2026-11-15T00:00:00.000Z';
  it.each<[string, ReasonCode[]]>([
    ['2026-10-31T23:59:59.999Z', ['grant-not-started']],
    ['2026-11-01T00:00:00.000Z', []], // from is inclusive
    ['2026-11-14T23:59:59.999Z', []],
    ['2026-11-15T00:00:00.000Z', ['grant-ended']], // until is exclusive
  ])('at %s: %j', (at, expected) => {
    const policy = aPolicyGranting(aGrant({ from, until }));
    expect(codes(decided(policy, aVif(), aDecisionContext(), new Date(at)))).toEqual(expected);
  });

  it('names each of several grants', () => {
    const policy = aPolicyGranting(aGrant({ name: 'a', until: from }), aGrant({ name: 'b', from: until }));
    expect(codes(decided(policy))).toEqual(['grant-not-started', 'grant-ended']);
  });
});
