import { describe, expect, it } from 'vitest';
import {
  type AgreedRoutes,
  findingKey,
  findUnexpectedRoutes,
  type OtherNetwork,
  prefixesToCompare,
} from '../../core/advertisedRoutes.ts';

const NOTHING_AGREED: AgreedRoutes = { routes: [], maxPrefixes: null };
const VPC: OtherNetwork = { id: 'vpc-1', owner: null, cidr: '10.0.0.0/16' };
const GLOBEX: OtherNetwork = { id: 'dxvif-99999999', owner: 'globex', cidr: '10.20.0.0/16' };

/** Code and prefix of each finding. */
function found(
  advertised: readonly string[],
  agreed: Partial<AgreedRoutes> = {},
  others: readonly OtherNetwork[] = [],
): string[] {
  return findUnexpectedRoutes(advertised, { ...NOTHING_AGREED, ...agreed }, others).map(
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

  it('is not the largest network that an owner can have', () => {
    expect(found(['10.0.0.0/8', 'fd00::/8'])).toEqual([]);
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

describe('an overlap', () => {
  it.each(['10.0.0.0/16', '10.0.3.0/24', '10.0.0.0/9'])('with a VPC is found: %s', (prefix) => {
    expect(found([prefix], {}, [VPC])).toEqual([`overlaps-vpc ${prefix}`]);
  });

  it('with another owner names its interface and its prefix', () => {
    expect(findUnexpectedRoutes(['10.20.1.0/24'], NOTHING_AGREED, [VPC, GLOBEX])).toEqual([
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
    expect(findUnexpectedRoutes(prefixes, { routes: [], maxPrefixes: 2 }, [])).toEqual([
      { code: 'too-many-prefixes', prefix: null, overlaps: null, counts: { advertised: 3, agreed: 2 } },
    ]);
  });

  it('are not found at the agreed number', () => {
    expect(found(prefixes, { maxPrefixes: 3 })).toEqual([]);
  });

  it('are the same finding when their number changes', () => {
    const keyOf = (count: number): string[] =>
      findUnexpectedRoutes(prefixes.slice(0, count), { routes: [], maxPrefixes: 1 }, []).map(findingKey);
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
