import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from '../../lambda/core/fields/name.ts';
import {
  type Cidr,
  contains,
  formatCidr,
  overlaps,
  parseCidr,
  parseHostAddress,
} from '../../lambda/core/ip.ts';
import { type Candidate, orderOfWork } from '../../lambda/core/order.ts';
import { loadPolicy, writePolicy } from '../../lambda/core/policy.ts';
import { escapeText } from '../../lambda/core/text.ts';
import { policies } from '../support/arbitraries.ts';
import { asRegExp, network } from '../support/oracleFields.ts';

const candidates = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 99 }).map((n) => `dxvif-${n}`),
    owner: fc.constantFrom('a', 'b', 'c'),
    failures: fc.nat({ max: 2 }),
    due: fc.constantFrom(null, '2026-11-10', '2026-11-11', '2026-11-12'),
  }),
  { maxLength: 12, selector: ({ id }) => id },
);

/** How many of each owner stand in `items`. */
function byOwner(items: readonly Candidate[]): Map<string, number> {
  return new Map(
    [...Map.groupBy(items, ({ owner }) => owner)].map(([owner, those]) => [owner, those.length]),
  );
}

describe('the order of work', () => {
  it('is a permutation, and the same for every order of the input', () => {
    const property = fc.property(candidates, (all) => {
      const ordered = orderOfWork(all);
      expect(ordered.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
      expect(orderOfWork(all.toReversed())).toEqual(ordered);
    });
    fc.assert(property);
  });

  it('puts what failed less often first, and within an owner what is due first', () => {
    const property = fc.property(candidates, (all) => {
      const ordered = orderOfWork(all);
      expect(ordered.map(({ failures }) => failures)).toEqual(all.map(({ failures }) => failures).sort());
      for (const those of Map.groupBy(ordered, ({ owner, failures }) => owner + failures).values()) {
        const due = those.map((one) => one.due ?? '9999');
        expect(due).toEqual(due.toSorted());
      }
    });
    fc.assert(property);
  });

  it('starves no owner: wherever a round is cut off, nobody who still waits is two behind', () => {
    const property = fc.property(candidates, fc.nat({ max: 12 }), (all, cut) => {
      for (const round of Map.groupBy(orderOfWork(all), ({ failures }) => failures).values()) {
        const [served, total] = [byOwner(round.slice(0, cut)), byOwner(round)];
        const most = Math.max(0, ...served.values());
        for (const [owner, wanted] of total) {
          const got = served.get(owner) ?? 0;
          if (got < wanted) expect(most - got).toBeLessThanOrEqual(1);
        }
      }
    });
    fc.assert(property);
  });
});

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

/** Blocks within 10.0.0.0/28 and fd00::/124, whose addresses can be counted out. */
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
  it('contain and overlap as their addresses, counted out, do', () => {
    const property = fc.property(blocks, blocks, (a, b) => {
      const [inA, inB] = [members(a), members(b)];
      expect(contains(cidr(a), cidr(b))).toBe(inB.every((address) => inA.includes(address)));
      expect(overlaps(cidr(a), cidr(b))).toBe(inB.some((address) => inA.includes(address)));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('are read back as they are written, and hold their own address', () => {
    const addresses = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    );
    const property = fc.property(addresses, ([address, length]) => {
      const read = parseHostAddress(`${address}/${length}`);
      if (read === null) throw new Error(`${address} was not read`);
      expect(parseCidr(formatCidr(read.subnet))).toEqual(read.subnet);
      expect(contains(read.subnet, cidr(address))).toBe(true);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

it('a policy is read back as it was written', () => {
  const property = fc.property(policies, (policy) => {
    const text = writePolicy(policy);
    expect(loadPolicy(text, policy.target, policy.recipient).policy).toEqual(policy);
  });
  fc.assert(property, { numRuns: 200 });
});

it('no text from outside leaves a control character, a line break or our own quote behind', () => {
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
    expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}`]/u);
  });
  fc.assert(property);
});
