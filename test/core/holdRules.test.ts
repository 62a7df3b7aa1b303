import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { HoldRule } from '../../core/policy.ts';
import type { Reason } from '../../core/reasons.ts';
import { aDecisionContext, aHoldRule, aPeer, aPolicy, aVif, CONNECTION, NOW } from '../support/builders.ts';

function held(request: VirtualInterface, ...hold: HoldRule[]): readonly Reason[] {
  const decision = decide(aPolicy({ hold }), request, aDecisionContext(), NO_DEADLINE, NOW);
  return decision.verdict === 'hold' ? decision.reasons : [];
}

/** The name of an interface without an ID. */
const LABEL = '(item 1 of the listing)';

type Row = [
  what: string,
  expected: boolean,
  rule: Parameters<typeof aHoldRule>[0],
  request: Partial<VirtualInterface>,
];

describe('a hold rule applies unless at least one field definitely does not match', () => {
  it.each<Row>([
    ['its one field is a yes', true, { vlan: [[101, 101]] }, {}],
    ['its one field is a no', false, { vlan: [[3000, 4094]] }, {}],
    ['its one field is not known', true, { vlan: [[3000, 4094]] }, { vlan: null }],
    ['both are a yes', true, { vlan: [[101, 101]], name: ['acme-*'] }, {}],
    ['one is a yes, one a no', false, { vlan: [[101, 101]], name: ['other'] }, {}],
    ['one is a yes, one not known', true, { vlan: [[101, 101]], name: ['other'] }, { name: null }],
    ['one is a no, one not known', false, { vlan: [[3000, 4094]], name: ['acme-*'] }, { name: null }],
    ['none is known', true, { vlan: [[3000, 4094]], name: ['other'] }, { vlan: null, name: null }],
    ['it is of the connection', true, { connection: [CONNECTION.owner] }, {}],
    ['it is of another connection', false, { connection: [CONNECTION.other] }, {}],
    ['it is of a location', true, { location: ['PAR1'] }, {}],
    ['it is of a tag that the API does not return', true, { tags: { env: ['lab'] } }, {}],
    ['it is of another tag', false, { tags: { env: ['lab'] } }, { tags: { env: 'prod' } }],
    ['it is of an MTU that the API does not return', true, { mtu: [9001] }, {}],
    ['it is of the ID', true, { id: ['dxvif-0', 'dxvif-1'] }, { id: 'dxvif-1' }],
    ['it is of another ID', false, { id: ['dxvif-0'] }, { id: 'dxvif-00' }],
    ['it is of an ID that the API does not return', true, { id: ['dxvif-0'] }, { id: LABEL }],
    ['it has no field at all', true, {}, {}],
  ])('%s: held %s', (_, expected, rule, request) => {
    expect(held(aVif(request), aHoldRule(rule)).length > 0).toBe(expected);
  });
});

describe('a hold rule on session fields applies if any session matches', () => {
  const good = aPeer();
  const bad = aPeer({ asn: 65066, amazonAddress: '10.6.6.1/30', customerAddress: '10.6.6.2/30' });
  const silent = aPeer({ asn: null, amazonAddress: null, customerAddress: null });
  it.each<Row>([
    ['one of two ASNs', true, { asn: [[65066, 65066]] }, { peers: [good, bad] }],
    ['neither ASN', false, { asn: [[65099, 65099]] }, { peers: [good, bad] }],
    ['an ASN not given', true, { asn: [[65066, 65066]] }, { peers: [good, silent] }],
    ['no session', true, { asn: [[65066, 65066]] }, { peers: [] }],
    ['one of two subnets', true, { peers: ['10.6.6.0/24'] }, { peers: [good, bad] }],
    ['one address of a session', true, { peers: ['10.6.6.2/32'] }, { peers: [bad] }],
    ['a subnet around the block', true, { peers: ['169.254.10.2/32'] }, {}],
    ['no subnet', false, { peers: ['10.7.0.0/16'] }, { peers: [good, bad] }],
    ['an address not given', true, { peers: ['10.7.0.0/16'] }, { peers: [good, silent] }],
    [
      'ASN of one, subnet of the other',
      true,
      { asn: [[65010, 65010]], peers: ['10.6.6.0/24'] },
      { peers: [good, bad] },
    ],
  ])('%s: held %s', (_, expected, rule, request) => {
    expect(held(aVif(request), aHoldRule(rule)).length > 0).toBe(expected);
  });
});

describe('the reason of a hold rule', () => {
  it('names each rule that applies, with fields, reason and unknown values', () => {
    const rules = [
      aHoldRule({ vlan: [[3000, 4094]], reason: 'old lab' }),
      aHoldRule({ vlan: [[101, 101]], name: ['acme-*'], reason: 'under investigation' }),
      aHoldRule({ connection: [CONNECTION.owner], vlan: [[1, 4094]] }),
    ];
    expect(held(aVif({ name: null }), ...rules).map(({ parameters }) => parameters)).toEqual([
      {
        fields: [
          { field: 'connection', expected: CONNECTION.owner, verdict: 'yes' },
          { field: 'vlan', expected: '1-4094', verdict: 'yes' },
        ],
        reason: null,
      },
      {
        fields: [
          { field: 'vlan', expected: '101', verdict: 'yes' },
          { field: 'name', expected: '`acme-*`', verdict: 'unknown' },
        ],
        reason: 'under investigation',
      },
    ]);
  });

  it('is reported also for an unknown requester', () => {
    const request = aVif({ connection: CONNECTION.other });
    expect(held(request, aHoldRule({ vlan: [[101, 101]] }))).toHaveLength(2);
  });
});
