import fc, { type Arbitrary } from 'fast-check';
import type { Provider } from '../../core/model.ts';
import type { WrittenGrant, WrittenPolicy } from '../../language/policySchema.ts';

/** Arbitrary valid `match`es and hold rules as a person writes them. */

type WrittenHold = NonNullable<WrittenPolicy['hold']>[number];

/** Texts, including some that YAML could read as another type. */
export const texts = fc.oneof(
  fc.constantFrom(
    'NET-1234',
    '4711',
    'true',
    '~',
    '1e3',
    '2026-11-01',
    '*',
    '- a: b',
    '# c',
    "it's",
    'é漢字',
  ),
  fc
    .string({ unit: fc.constantFrom(...'abz09 :#-*&!|>\'"%@`{}[],?'), minLength: 1 })
    .filter((text) => text.trim() !== ''),
);

const filled = <T>(items: Arbitrary<T>): Arbitrary<T[]> => fc.array(items, { minLength: 1, maxLength: 3 });

function numbers(most: number): Arbitrary<number | string> {
  const number = fc.integer({ min: 1, max: most });
  return fc.oneof(
    number,
    fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
}

const blocks = fc.oneof(
  fc.tuple(fc.nat(255), fc.constantFrom(16, 24)).map(([n, prefix]) => `10.${n}.0.0/${prefix}`),
  fc.nat(255).map((n) => `169.254.10.${n}`),
  fc
    .tuple(fc.nat(0xffff), fc.constantFrom(48, 64))
    .map(([n, prefix]) => `FD00:0:${n.toString(16)}::/${prefix}`),
);

function fields(connections: Arbitrary<string[]>) {
  return {
    connection: connections,
    vlan: filled(numbers(4094)),
    asn: filled(numbers(4294967295)),
    peers: filled(blocks),
    name: filled(texts),
    location: filled(texts),
  };
}

const awsFields = {
  mtu: filled(fc.integer({ min: 1, max: 65535 })),
  tags: fc.dictionary(texts, filled(fc.oneof(texts, fc.constant(''))), {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  }),
};

const isFilled = (match: object): boolean => Object.keys(match).length > 0;

/** @param owned the owner's connections; a match names some of them */
export function writtenMatches(
  provider: Provider,
  owned: readonly string[],
): Arbitrary<NonNullable<WrittenGrant['match']>> {
  const common = {
    ...fields(fc.subarray([...owned], { minLength: 1 })),
    bgpKey: fc.constant('required' as const),
  };
  const written =
    provider === 'aws'
      ? fc.record({ ...common, ...awsFields }, { requiredKeys: [] })
      : fc.record(common, { requiredKeys: [] });
  return written.filter(isFilled);
}

export function writtenHolds(provider: Provider, all: readonly string[]): Arbitrary<WrittenHold> {
  const common = fields(fc.subarray([...all], { minLength: 1 }));
  const written =
    provider === 'aws'
      ? fc.record({ ...common, ...awsFields }, { requiredKeys: [] })
      : fc.record(common, { requiredKeys: [] });
  const reasons = fc.record({ reason: texts }, { requiredKeys: [] });
  return fc.tuple(written.filter(isFilled), reasons).map(([line, reason]) => ({ ...line, ...reason }));
}
