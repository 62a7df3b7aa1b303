import { describe, expect, it } from 'vitest';
import { MATCH_FIELDS } from '../../core/fields/evaluateMatch.ts';
import type { BgpPeer } from '../../core/model.ts';
import { KEY_DIGESTS } from '../support/arbitraries.ts';
import { aPeer, aVif } from '../support/builders.ts';

const { asn, peers, bgpKey } = MATCH_FIELDS;

type Row<T> = [session: string, seen: readonly T[], fits: string, touches: string];

describe('asn: a grant requires it in every session, a hold rule in any', () => {
  const wanted = [
    [65010, 65019],
    [4200000000, 4200000000],
  ] as const;
  it.each<Row<number | null>>([
    ['the one session', [65010], 'yes', 'yes'],
    ['the last of the range', [65019], 'yes', 'yes'],
    ['a long ASN', [4200000000], 'yes', 'yes'],
    ['another ASN', [65020], 'no', 'no'],
    ['both sessions', [65010, 65019], 'yes', 'yes'],
    ['one of two sessions', [65010, 65020], 'no', 'yes'],
    ['the other of two sessions', [65020, 65010], 'no', 'yes'],
    ['not given', [null], 'unknown', 'unknown'],
    ['right and not given', [65010, null], 'unknown', 'yes'],
    ['wrong and not given', [65020, null], 'no', 'unknown'],
    ['no session listed', [], 'unknown', 'unknown'],
  ])('%s %j: fits %s, touches %s', (_, asns, fits, touches) => {
    const vif = aVif({ peers: asns.map((one) => aPeer({ asn: one })) });
    expect([asn.matchesCertainly(wanted, vif), asn.mayMatch(wanted, vif)]).toEqual([fits, touches]);
  });

  it('is shown for each session', () => {
    expect(asn.describeActual(aVif({ peers: [aPeer({ asn: 65010 }), aPeer({ asn: null })] }))).toBe(
      '65010 and unknown',
    );
    expect(asn.describeActual(aVif({ peers: [aPeer({ asn: null })] }))).toBeNull();
    expect(asn.describeExpected(wanted)).toBe('65010-65019 or 4200000000');
  });
});

describe('bgpKey: a grant requires a key in every session', () => {
  it.each<Row<boolean | null>>([
    ['a key', [true], 'yes', 'yes'],
    ['no key', [false], 'no', 'no'],
    ['a key on both', [true, true], 'yes', 'yes'],
    ['a key on one', [true, false], 'no', 'yes'],
    ['not given', [null], 'unknown', 'unknown'],
    ['a key and not given', [true, null], 'unknown', 'yes'],
    ['no session listed', [], 'unknown', 'unknown'],
  ])('%s %j: fits %s, touches %s', (_, keys, fits, touches) => {
    const vif = aVif({ peers: keys.map((hasKey) => aPeer({ hasKey })) });
    expect([bgpKey.matchesCertainly('required', vif), bgpKey.mayMatch('required', vif)]).toEqual([
      fits,
      touches,
    ]);
  });

  it('shows whether there is a key, and never the key', () => {
    const sessions = [aPeer({ hasKey: true }), aPeer({ hasKey: false }), aPeer({ hasKey: null })];
    expect(bgpKey.describeActual(aVif({ peers: sessions }))).toBe('a key and no key and unknown');
  });
});

describe('bgpKey with a digest: a grant requires the agreed key in every session', () => {
  const [agreed = 'sha256:', other = 'sha256:'] = KEY_DIGESTS;
  const without = { hasKey: false, agreedKey: 'none' } as const;
  const another = { hasKey: true, agreedKey: 'none' } as const;
  const notCompared = { hasKey: true, agreedKey: null };
  const notGiven = { hasKey: null, agreedKey: null };
  const right = { hasKey: true, agreedKey: agreed };
  const wrong = { hasKey: true, agreedKey: other };

  it.each<Row<Pick<BgpPeer, 'hasKey' | 'agreedKey'>>>([
    ['the agreed key', [right], 'yes', 'yes'],
    ['the agreed key on both', [right, right], 'yes', 'yes'],
    ['an agreed key of another grant', [wrong], 'no', 'no'],
    ['another key', [another], 'no', 'no'],
    ['no key', [without], 'no', 'no'],
    ['no key, and nothing compared', [{ hasKey: false, agreedKey: null }], 'no', 'no'],
    ['a key that was not compared', [notCompared], 'unknown', 'unknown'],
    ['not given', [notGiven], 'unknown', 'unknown'],
    ['the agreed key on the first of two', [right, another], 'no', 'yes'],
    ['the agreed key on the second of two', [another, right], 'no', 'yes'],
    ['the agreed key, and not compared', [right, notCompared], 'unknown', 'yes'],
    ['another key, and not compared', [another, notCompared], 'no', 'unknown'],
    ['no session listed', [], 'unknown', 'unknown'],
  ])('%s %j: fits %s, touches %s', (_, keys, fits, touches) => {
    const vif = aVif({ peers: keys.map(aPeer) });
    expect([bgpKey.matchesCertainly(agreed, vif), bgpKey.mayMatch(agreed, vif)]).toEqual([fits, touches]);
  });

  it('any of these keys is one for `required`', () => {
    const vif = aVif({ peers: [right, wrong, another, notCompared].map(aPeer) });
    expect(bgpKey.matchesCertainly('required', vif)).toBe('yes');
  });

  it('shows which key it is by the beginning of its digest', () => {
    const peers = [right, another, without, notCompared, notGiven].map(aPeer);
    const named = `the agreed key ${agreed.slice(0, 19)}…`;
    expect(bgpKey.describeActual(aVif({ peers }))).toBe(
      `${named} and another key and no key and a key and unknown`,
    );
    expect(bgpKey.describeExpected(agreed)).toBe(`${named} on every session`);
  });
});

describe('peers: a grant requires both whole subnets of every session, a hold rule any overlap', () => {
  const wanted = ['169.254.10.0/24', '2001:db8::/64'];
  it.each<Row<[string | null, string | null]>>([
    ['inside', [['169.254.10.1/30', '169.254.10.2/30']], 'yes', 'yes'],
    ['inside, without prefix lengths', [['169.254.10.1', '169.254.10.2']], 'unknown', 'yes'],
    ['outside, without prefix lengths', [['169.254.11.1', '169.254.11.2']], 'no', 'unknown'],
    ['inside, one without a prefix length', [['169.254.10.1/30', '169.254.10.2']], 'unknown', 'yes'],
    ['one inside and one outside, both without', [['169.254.10.1', '169.254.11.2']], 'no', 'yes'],
    ['IPv6 inside, without prefix lengths', [['2001:db8::1', '2001:db8::2']], 'unknown', 'yes'],
    ['the whole block', [['169.254.10.1/24', '169.254.10.2/24']], 'yes', 'yes'],
    ['outside', [['169.254.11.1/30', '169.254.11.2/30']], 'no', 'no'],
    ['a host inside, in a wider subnet', [['169.254.10.1/16', '169.254.10.2/16']], 'no', 'yes'],
    ['one address outside', [['169.254.10.1/30', '169.254.11.2/30']], 'no', 'yes'],
    ['IPv6 inside', [['2001:db8::1/125', '2001:db8::2/125']], 'yes', 'yes'],
    ['IPv6 inside, spelt long', [['2001:0DB8:0:0::1/125', '2001:db8:0:0:0:0:0:2/125']], 'yes', 'yes'],
    ['IPv6 outside', [['2001:db8:0:1::1/125', '2001:db8:0:1::2/125']], 'no', 'no'],
    ['IPv4 clothed as IPv6', [['::ffff:169.254.10.1/126', '::ffff:169.254.10.2/126']], 'no', 'no'],
    ['one address not given', [['169.254.10.1/30', null]], 'unknown', 'yes'],
    ['one outside, one not given', [['169.254.11.1/30', null]], 'no', 'unknown'],
    [
      'leading zeros, which some read as octal',
      [['169.254.010.1/30', '169.254.010.2/30']],
      'unknown',
      'unknown',
    ],
    ['no address', [['169.254.10.1/33', 'here']], 'unknown', 'unknown'],
    [
      'two sessions inside',
      [
        ['169.254.10.1/30', '169.254.10.2/30'],
        ['2001:db8::1/125', '2001:db8::2/125'],
      ],
      'yes',
      'yes',
    ],
    [
      'the second session outside',
      [
        ['169.254.10.1/30', '169.254.10.2/30'],
        ['10.0.0.1/30', '10.0.0.2/30'],
      ],
      'no',
      'yes',
    ],
    [
      'the second session not given',
      [
        ['169.254.10.1/30', '169.254.10.2/30'],
        [null, null],
      ],
      'unknown',
      'yes',
    ],
    ['no session listed', [], 'unknown', 'unknown'],
  ])('%s', (_, addresses, fits, touches) => {
    const vif = aVif({ peers: addresses.map(session) });
    expect([peers.matchesCertainly(wanted, vif), peers.mayMatch(wanted, vif)]).toEqual([fits, touches]);
  });

  it('an address without a prefix length is uncertain for every block of its family', () => {
    const bare = aVif({ peers: [session(['169.254.10.1', '169.254.10.1'])] });
    expect(peers.matchesCertainly(['0.0.0.0/0'], bare)).toBe('unknown');
    expect(peers.matchesCertainly(['169.254.10.1/32'], bare)).toBe('unknown');
    expect(peers.mayMatch(['169.254.10.4/30'], bare)).toBe('unknown');
    expect(peers.mayMatch(['2001:db8::/64'], bare)).toBe('no');
    expect(peers.describeActual(bare)).toBe(
      '169.254.10.1 (without a prefix length) and 169.254.10.1 (without a prefix length)',
    );
  });

  it('a subnet across two neighbouring blocks is in neither, and overlaps both', () => {
    const halves = ['169.254.10.0/31', '169.254.10.2/31'];
    expect(peers.matchesCertainly(halves, aVif())).toBe('no');
    expect(peers.mayMatch(halves, aVif())).toBe('yes');
  });

  it('shows what is known, safe to print', () => {
    expect(peers.describeActual(aVif({ peers: [session(['10.0.0.1/30', '\u001b[2J'])] }))).toBe(
      '10.0.0.1/30 and unknown (`\\u{1b}[2J` is not an address)',
    );
    expect(peers.describeActual(aVif({ peers: [session([null, null])] }))).toBeNull();
  });
});

function session([amazonAddress, customerAddress]: [string | null, string | null]): BgpPeer {
  return aPeer({ amazonAddress, customerAddress });
}
