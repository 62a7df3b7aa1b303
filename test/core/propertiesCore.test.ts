import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from '../../core/fields/nameAndTags.ts';
import {
  type Cidr,
  cidrsOverlap,
  containsCidr,
  formatCidr,
  parseCidr,
  parseHostAddress,
} from '../../core/ip.ts';
import { loadPolicy, writePolicy } from '../../core/policyText.ts';
import { escapeText } from '../../core/printableText.ts';
import { asRegExp, network } from '../oracle/matchOracle.ts';
import { policies, sharedPolicies } from '../support/arbitraries.ts';

describe('globs', () => {
  it('agree with regular expressions', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\\'), maxLength: 6 });
    const property = fc.property(glob, text, (pattern, label) => {
      expect(globMatches(pattern, label)).toBe(asRegExp(pattern).test(label));
    });
    fc.assert(property, { numRuns: 1500 });
  });
});

/** Blocks within 10.0.0.0/28 and fd00::/124, small enough to list their addresses. */
const blocks = fc
  .record({ v6: fc.boolean(), host: fc.nat({ max: 15 }), length: fc.integer({ min: 0, max: 4 }) })
  .map(({ v6, host, length }) => {
    const first = host - (host % 2 ** (4 - length));
    return v6 ? `fd00::${first.toString(16)}/${124 + length}` : `10.0.0.${first}/${28 + length}`;
  });

function members(text: string): string[] {
  const all = Array.from({ length: 16 }, (_, i) => [`10.0.0.${i}`, `fd00::${i.toString(16)}`]).flat();
  return all.filter((address) => network(address)?.startsWith(network(text) ?? 'none'));
}

function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`${text} is no block`);
  return parsed;
}

describe('blocks of addresses', () => {
  it('contain and overlap exactly as the sets of their addresses do', () => {
    const property = fc.property(blocks, blocks, (a, b) => {
      const [inA, inB] = [members(a), members(b)];
      expect(containsCidr(cidr(a), cidr(b))).toBe(inB.every((address) => inA.includes(address)));
      expect(cidrsOverlap(cidr(a), cidr(b))).toBe(inB.some((address) => inA.includes(address)));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('are parsed from their own text, and contain their own address', () => {
    const addresses = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    );
    const property = fc.property(addresses, ([address, length]) => {
      const read = parseHostAddress(`${address}/${length}`);
      if (read === null) throw new Error(`${address} was not read`);
      expect(parseCidr(formatCidr(read.subnet))).toEqual(read.subnet);
      expect(containsCidr(read.subnet, cidr(address))).toBe(true);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

it('a written policy is read unchanged', () => {
  const property = fc.property(fc.oneof(policies, sharedPolicies), (policy) => {
    const text = writePolicy(policy);
    expect(loadPolicy(text, policy.target).policy).toEqual(policy);
  });
  fc.assert(property, { numRuns: 200 });
});

it('a quoted text contains no control character, line break or backtick', () => {
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
    expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}`]/u);
  });
  fc.assert(property);
});
