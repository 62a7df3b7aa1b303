import { describe, expect, it } from 'vitest';
import { evaluateMatch, MATCH_FIELDS, type Match } from '../../core/fields/evaluateMatch.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { aMatch, aPeer, aVif, CONNECTION } from '../support/builders.ts';

const { connection, id, location, name, mtu, tags, peers, bgpKey, asn } = MATCH_FIELDS;

describe('the expected value of a field as text', () => {
  it.each<[Partial<Match>, string]>([
    [{ connection: [CONNECTION.owner, 'dxlag-1'] }, `${CONNECTION.owner} or dxlag-1`],
    [{ id: ['dxvif-1', 'dxvif-2'] }, 'dxvif-1 or dxvif-2'],
    [
      {
        vlan: [
          [1, 9],
          [20, 20],
        ],
      },
      '1-9 or 20',
    ],
    [{ asn: [[65010, 65010]] }, '65010'],
    [{ peers: ['10.0.0.0/8', '2001:db8::/32'] }, 'both addresses in 10.0.0.0/8 or 2001:db8::/32'],
    [{ name: ['acme-*', 'b'] }, '`acme-*` or `b`'],
    [{ location: ['PAR1', 'PAR2'] }, 'PAR1 or PAR2'],
    [{ bgpKey: 'required' }, 'a BGP key on every session'],
    [{ mtu: [1500, 9001] }, '1500 or 9001'],
    [{ tags: { env: ['prod', 'live'], team: ['net'] } }, '`env` = `prod` or `live` and `team` = `net`'],
  ])('%j', (match, words) => {
    expect(evaluateMatch(aMatch(match), aVif(), 'matchesCertainly').map(({ expected }) => expected)).toEqual([
      words,
    ]);
  });
});

describe('the actual value of a field as text, safe to print; null if the API did not return it', () => {
  it.each<
    [
      string,
      { describeActual(vif: VirtualInterface): string | null },
      Partial<VirtualInterface>,
      string | null,
    ]
  >([
    ['connection', connection, { connection: 'dxcon-\u001b[2J' }, 'dxcon-\\u{1b}[2J'],
    ['id', id, { id: 'dxvif-1a2b3c4d' }, 'dxvif-1a2b3c4d'],
    ['id', id, { id: '(item 1 of the listing)' }, null],
    ['location', location, { location: 'PAR\u202e1' }, 'PAR\\u{202e}1'],
    ['location', location, { location: null }, null],
    ['name', name, { name: 'a`b' }, '`a\\u{60}b`'],
    ['mtu', mtu, { mtu: 9001 }, '9001'],
    ['mtu', mtu, { mtu: null }, null],
    ['tags', tags, { tags: { env: 'prod', 'a`': 'b\u001b' } }, '`env` = `prod` and `a\\u{60}` = `b\\u{1b}`'],
    ['tags', tags, { tags: {} }, 'no tags'],
    ['tags', tags, { tags: null }, null],
    ['peers', peers, { peers: [aPeer({ amazonAddress: null })] }, 'unknown and 169.254.10.2/30'],
    [
      'peers',
      peers,
      { peers: [aPeer(), aPeer({ amazonAddress: null, customerAddress: null })] },
      '169.254.10.1/30 and 169.254.10.2/30 and unknown and unknown',
    ],
    [
      'peers',
      peers,
      { peers: [aPeer({ customerAddress: '169.254.010.2/30' })] },
      '169.254.10.1/30 and unknown (`169.254.010.2/30` is not an address)',
    ],
    ['peers', peers, { peers: [aPeer({ amazonAddress: null, customerAddress: null })] }, null],
    ['peers', peers, {}, '169.254.10.1/30 and 169.254.10.2/30'],
    ['peers', peers, { peers: [] }, null],
    ['bgpKey', bgpKey, { peers: [aPeer({ hasKey: null })] }, null],
    ['bgpKey', bgpKey, { peers: [aPeer({ hasKey: null }), aPeer()] }, 'unknown and a key'],
    ['asn', asn, { peers: [] }, null],
  ])('%s of %j', (_, field, given, words) => {
    expect(field.describeActual(aVif(given))).toBe(words);
  });
});
