import { describe, expect, it } from 'vitest';
import {
  type Cidr,
  cidrsOverlap,
  containsCidr,
  formatCidr,
  parseCidr,
  parseHostAddress,
  sameSubnet,
  subnetsOverlap,
} from '../../core/ip.ts';

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`${text} is no block`);
  return parsed;
}

function host(text: string) {
  const parsed = parseHostAddress(text);
  if (parsed === null) throw new Error(`${text} is not an address`);
  return parsed;
}

describe('a block of addresses', () => {
  it.each([
    ['169.254.10.0/24', '169.254.10.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255', '255.255.255.255/32'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:0DB8:0000::/32', '2001:db8::/32'],
    ['2001:db8:0:1:0:0:0:0/64', '2001:db8:0:1::/64'],
    ['::/0', '::/0'],
    ['::1', '::1/128'],
    ['1::', '1::/128'],
    ['::ffff:192.0.2.0/120', '::ffff:c000:200/120'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221/128'],
  ])('`%s` is written `%s`', (text, shortest) => {
    expect(formatCidr(cidr(text))).toBe(shortest);
    expect(cidr(shortest)).toEqual(cidr(text));
  });

  it.each([
    '169.254.10.1/24', // host bits
    '2001:db8::1/64',
    '169.254.10.0/33',
    '2001:db8::/129',
    '169.254.10.0/024',
    '169.254.10.0/',
    '169.254.10.0/-1',
    '169.254.10.0/24 ',
    ' 169.254.10.0/24',
    '169.254.10.0/24\n',
    '169.254.010.0/24',
    '169.254.10/24',
    '256.0.0.0/8',
    '0xa9.254.10.0/24',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    'fe80::%eth0',
    'fe80::1%1/64',
    '2001:db8::/+32',
    '/24',
    'x/10.0.0.0/8',
    '',
    'acme',
  ])('`%s` is not a block', (text) => {
    expect(parseCidr(text)).toBeNull();
  });
});

describe('an address in its subnet', () => {
  it.each([
    ['169.254.10.1/30', '169.254.10.0/30'],
    ['169.254.10.255/16', '169.254.0.0/16'],
    ['10.0.0.1', '10.0.0.1/32'],
    ['2001:db8::ffff/64', '2001:db8::/64'],
  ])('`%s` has the subnet `%s`', (text, subnet) => {
    expect(formatCidr(host(text).subnet)).toBe(subnet);
  });

  it.each([
    ['169.254.10.1/30', '169.254.10.2/30', 'yes'],
    ['169.254.10.1/30', '169.254.10.5/30', 'no'],
    ['169.254.10.1/30', '169.254.10.2/29', 'no'],
    ['0.0.0.1/32', '::1/32', 'no'],
    ['169.254.10.1/30', '169.254.10.2', 'unknown'],
    ['169.254.10.1/30', '169.254.10.5', 'no'],
    ['169.254.10.1', '10.9.9.9', 'unknown'],
    ['169.254.10.1', '::1', 'no'],
  ])('`%s` and `%s` are in one subnet: %s', (a, b, expected) => {
    expect(sameSubnet(host(a), host(b))).toBe(expected);
    expect(sameSubnet(host(b), host(a))).toBe(expected);
  });

  it.each([
    ['169.254.10.1/30', '169.254.10.2/30', 'yes'],
    ['169.254.10.1/30', '169.254.10.5/29', 'yes'],
    ['169.254.10.1/30', '169.254.10.5/30', 'no'],
    ['169.254.10.1/30', '::1/30', 'no'],
    ['169.254.10.1/30', '169.254.10.2', 'yes'],
    ['169.254.10.1/30', '169.254.10.5', 'unknown'],
    ['169.254.10.1/30', '::1', 'no'],
    ['169.254.10.1', '169.254.10.1', 'yes'],
    ['169.254.10.1', '169.254.10.2', 'unknown'],
    ['169.254.10.1', '::1', 'no'],
  ])('the subnets of `%s` and `%s` overlap: %s', (a, b, expected) => {
    expect(subnetsOverlap(host(a), host(b))).toBe(expected);
    expect(subnetsOverlap(host(b), host(a))).toBe(expected);
  });
});

describe('two blocks', () => {
  it.each([
    ['10.0.0.0/8', '10.1.0.0/16', true, true],
    ['10.1.0.0/16', '10.0.0.0/8', false, true],
    ['10.0.0.0/8', '10.0.0.0/8', true, true],
    ['10.0.0.0/9', '10.128.0.0/9', false, false],
    ['0.0.0.0/0', '255.255.255.255/32', true, true],
    ['0.0.0.0/0', '::/0', false, false],
    ['::/0', '::1', true, true],
    ['2001:db8::/33', '2001:db8:8000::/33', false, false],
    ['2001:db8::/127', '2001:db8::1', true, true],
  ])('`%s` contains `%s`: %s, overlaps it: %s', (a, b, within, touching) => {
    expect(containsCidr(cidr(a), cidr(b))).toBe(within);
    expect(cidrsOverlap(cidr(a), cidr(b))).toBe(touching);
    expect(cidrsOverlap(cidr(b), cidr(a))).toBe(touching);
  });
});
