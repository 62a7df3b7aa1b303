import { describe, expect, it } from 'vitest';
import {
  type AgreedRoutes,
  findingKey,
  findUnexpectedRoutes,
  NOTHING_AGREED,
  type OtherNetwork,
  prefixesToCompare,
} from '../../core/advertisedRoutes.ts';
import { cidrsOverlap, formatCidr, parseCidr, parseHostAddress } from '../../core/ip.ts';

const VPC: OtherNetwork = { id: 'vpc-1', owner: null, cidr: '10.0.0.0/16' };
const GLOBEX: OtherNetwork = { id: 'dxvif-99999999', owner: 'globex', cidr: '10.20.0.0/16' };

/** Code and prefix of each finding. */
function found(
  advertised: readonly string[],
  agreed: Partial<AgreedRoutes> = {},
  others: readonly OtherNetwork[] = [],
): string[] {
  return findUnexpectedRoutes(advertised, { ...NOTHING_AGREED, ...agreed }, others, 50).findings.map(
    ({ code, prefix }) => `${code} ${prefix ?? 'all'}`,
  );
}

describe('a default route', () => {
  it.each(['0.0.0.0/0', '::/0'])('is found without any agreement: %s', (prefix) => {
    expect(found([prefix])).toEqual([`default-route ${prefix}`]);
  });

  it('is also found when it is split into halves, or covers the Internet', () => {
    expect(found(['0.0.0.0/1', '128.0.0.0/1'])).toEqual([
      'default-route 0.0.0.0/1',
      'default-route 128.0.0.0/1',
    ]);
    expect(found(['2000::/3', '10.0.0.0/7'])).toEqual(['default-route 10.0.0.0/7', 'default-route 2000::/3']);
  });

  it('is found although narrower routes are agreed, and expected only if `routes` contain it', () => {
    expect(found(['0.0.0.0/0'], { routes: [['10.0.0.0/8']] })).toEqual(['default-route 0.0.0.0/0']);
    expect(found(['::/0'], { routes: [['0.0.0.0/0']] })).toEqual(['default-route ::/0']);
    expect(found(['0.0.0.0/0'], { routes: [['0.0.0.0/0']] })).toEqual([]);
  });

  it('is not an overlap as well', () => {
    expect(found(['0.0.0.0/0'], {}, [VPC, GLOBEX])).toEqual(['default-route 0.0.0.0/0']);
  });

  it('is also found when IPv6 is split into prefixes that no organisation has', () => {
    const split = Array.from({ length: 32 }, (_, i) => `${(0x20 + i).toString(16)}00::/8`);
    expect(found([...split, 'fc00::/7', '2002::/15'])).toHaveLength(34);
  });

  it('is not the largest network that an owner can have', () => {
    expect(found(['10.0.0.0/8', 'fd00::/8', 'fd12::/15', '2001::/16'])).toEqual([]);
  });
});

describe('a prefix outside of `routes`', () => {
  const routes = [['10.20.0.0/16', '2001:db8::/32']];

  it.each<[string, string[]]>([
    ['10.20.0.0/16', []],
    ['10.20.7.0/24', []],
    ['2001:db8:1::/48', []],
    ['10.21.0.0/16', ['outside-routes 10.21.0.0/16']],
    ['10.20.0.0/15', ['outside-routes 10.20.0.0/15']],
    ['2001:db9::/32', ['outside-routes 2001:db9::/32']],
  ])('is none that is within a block: %s', (prefix, expected) => {
    expect(found([prefix], { routes })).toEqual(expected);
  });

  it('is not within two adjacent blocks together', () => {
    expect(found(['10.0.0.0/15'], { routes: [['10.0.0.0/16', '10.1.0.0/16']] })).toEqual([
      'outside-routes 10.0.0.0/15',
    ]);
  });

  it('is outside if one of the grants for the interface does not agree to it', () => {
    expect(found(['10.20.0.0/16'], { routes: [['10.0.0.0/8'], ['10.30.0.0/16']] })).toEqual([
      'outside-routes 10.20.0.0/16',
    ]);
  });

  it('cannot exist where nothing is agreed', () => {
    expect(found(['203.0.113.0/24'])).toEqual([]);
  });
});

describe('an agreement that no grant has any more', () => {
  it('is found if anything is advertised', () => {
    const codes = (prefixes: readonly string[]): string[] =>
      findUnexpectedRoutes(prefixes, null, [], 50).findings.map(({ code }) => code);
    expect(codes(['10.20.0.0/16', '0.0.0.0/0'])).toEqual(['default-route', 'no-agreement']);
    expect(codes([])).toEqual([]);
  });
});

describe('an overlap', () => {
  it.each(['10.0.0.0/16', '10.0.3.0/24', '10.0.0.0/9'])('with a VPC is found: %s', (prefix) => {
    expect(found([prefix], {}, [VPC])).toEqual([`overlaps-vpc ${prefix}`]);
  });

  it('with another owner names its interface and its prefix', () => {
    expect(findUnexpectedRoutes(['10.20.1.0/24'], NOTHING_AGREED, [VPC, GLOBEX], 50).findings).toEqual([
      { code: 'overlaps-owner', prefix: '10.20.1.0/24', overlaps: GLOBEX, counts: null },
    ]);
  });

  it('is found although the prefix is agreed, because the other side did not agree', () => {
    expect(found(['10.20.1.0/24'], { routes: [['10.20.0.0/16']] }, [GLOBEX])).toEqual([
      'overlaps-owner 10.20.1.0/24',
    ]);
  });

  it('is none between families or neighbours', () => {
    expect(found(['10.1.0.0/16', '2001:db8::/32'], {}, [VPC, GLOBEX])).toEqual([]);
  });
});

describe('more prefixes than agreed', () => {
  const prefixes = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'];

  it('are found with both numbers', () => {
    expect(findUnexpectedRoutes(prefixes, { routes: [], maxPrefixes: 2 }, [], 50).findings).toEqual([
      { code: 'too-many-prefixes', prefix: null, overlaps: null, counts: { advertised: 3, agreed: 2 } },
    ]);
  });

  it('are not found at the agreed number', () => {
    expect(found(prefixes, { maxPrefixes: 3 })).toEqual([]);
  });

  it('are the same finding when their number changes', () => {
    const keyOf = (count: number): string[] =>
      findUnexpectedRoutes(prefixes.slice(0, count), { routes: [], maxPrefixes: 1 }, [], 50).findings.map(
        findingKey,
      );
    expect(keyOf(3)).toEqual(keyOf(2));
  });
});

it('the most urgent finding comes first', () => {
  const all = found(
    ['10.99.0.0/16', '0.0.0.0/0', '10.20.0.0/24', '10.0.1.0/24'],
    { routes: [['10.0.0.0/12']], maxPrefixes: 1 },
    [VPC, GLOBEX],
  );
  expect(all.map((one) => one.split(' ')[0])).toEqual([
    'default-route',
    'overlaps-vpc',
    'overlaps-owner',
    'outside-routes',
    'outside-routes',
    'too-many-prefixes',
  ]);
});

it('the prefixes to compare with others are the outermost ones without default routes', () => {
  const advertised = [
    '10.1.2.0/24',
    '0.0.0.0/0',
    '10.1.0.0/16',
    '2001:db8:1::/48',
    '2001:db8::/32',
    '10.2.0.0/16',
  ];
  expect(prefixesToCompare(advertised)).toEqual(['10.1.0.0/16', '10.2.0.0/16', '2001:db8::/32']);
});

describe('very many prefixes and networks', () => {
  /** The /24 blocks of 10.0.0.0/8 from this one on. */
  const blocks = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `10.${(from + i) >> 8}.${(from + i) & 255}.0/24`);
  const networks = blocks(0, 7500).map((cidr, i): OtherNetwork => ({ id: `vpc-${i}`, owner: null, cidr }));

  it('are counted, and only the most urgent findings are returned', () => {
    const advertised = [...blocks(7000, 1000), '10.0.0.0/8', '0.0.0.0/0'];
    const { findings, findingCount } = findUnexpectedRoutes(advertised, NOTHING_AGREED, networks, 50);
    expect([findings.length, findings[0]?.code, findingCount]).toEqual([50, 'default-route', 1 + 500 + 7500]);
  });

  it('have the same findings as comparing each with each, in any order', () => {
    // Deterministic blocks of several sizes and both families, of which many are the same or contain others.
    const block = (seed: number): string =>
      formatCidr(
        parseHostAddress(
          seed % 5 === 0
            ? `2001:db8:${(seed % 7).toString(16)}::/${32 + (seed % 17)}`
            : `10.${(seed * 7) % 4}.${(seed * 13) % 16}.0/${8 + ((seed * 11) % 19)}`,
        )?.subnet ?? expect.fail('no block'),
      );
    const advertised = [...new Set(Array.from({ length: 60 }, (_, i) => block(i)))];
    const others = Array.from({ length: 120 }, (_, i): OtherNetwork => {
      const owner = i % 2 === 0 ? null : 'globex';
      return { id: `other-${i}`, owner, cidr: block(1000 + i * 3) };
    });
    const expected = advertised.flatMap((prefix) =>
      others.filter(({ cidr }) => overlap(cidr, prefix)).map(({ id }) => `${prefix} ${id}`),
    );
    const keysOf = (list: readonly string[], known: readonly OtherNetwork[], most: number): string[] =>
      findUnexpectedRoutes(list, NOTHING_AGREED, known, most).findings.map(
        ({ prefix, overlaps }) => `${prefix} ${overlaps?.id}`,
      );
    const all = keysOf(advertised, others, 100_000);
    expect(expected.length).toBeGreaterThan(100);
    expect(all.toSorted()).toEqual(expected.toSorted());
    expect(findUnexpectedRoutes(advertised, NOTHING_AGREED, others, 5).findingCount).toBe(expected.length);
    expect(keysOf(advertised.toReversed(), others.toReversed(), 5)).toEqual(keysOf(advertised, others, 5));
  });
});

function overlap(a: string, b: string): boolean {
  const [one, other] = [parseCidr(a), parseCidr(b)];
  return one !== null && other !== null && cidrsOverlap(one, other);
}
