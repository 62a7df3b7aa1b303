import { describe, expect, it } from 'vitest';
import * as d from '../../core/decoders.ts';
import { MATCH_FIELDS } from '../../core/fields/evaluateMatch.ts';

/** The result of a decoder: the message of its error, or the decoded value. */
function said<T>(decode: d.Decoder<T>, raw: unknown, path = 'here'): unknown {
  try {
    return decode(raw, path);
  } catch (error) {
    if (error instanceof d.Malformed) return `${error.name}: ${error.message}`;
    throw error;
  }
}

const refused = (wanted: string, got: string) => `Malformed: \`here\` must be ${wanted}, got ${got}`;

describe('a decoding error names the type of the value, and never the text, which may be a secret', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [['a', 'b'], 'a list of 2'],
    [{ a: 1 }, 'an object'],
    ['hunter2', 'a text that does not fit'],
    [7, 'number 7'],
    [true, 'boolean true'],
  ])('%j: %s', (raw, kind) => {
    expect(
      said(
        d.text('a name', () => false),
        raw,
      ),
    ).toBe(refused('a name', kind));
  });
});

describe('a decoding error says what is expected', () => {
  const two = d.object<{ a: string; b: boolean }>({ a: d.string, b: d.boolean });
  it.each<[string, d.Decoder<unknown>, unknown, string]>([
    ['an object', d.record, null, refused('an object', 'null')],
    ['an object, not a list', d.record, [], refused('an object', 'a list of 0')],
    ['an object, not a text', d.record, 'a', refused('an object', 'a text that does not fit')],
    ['a list', d.array(d.string), {}, refused('a list', 'an object')],
    ['a filled list', d.nonEmptyArray(d.string), [], refused('a list of at least one', 'a list of 0')],
    ['a text', d.string, '', refused('a text', 'a text that does not fit')],
    ['a text, not a number', d.string, 1, refused('a text', 'number 1')],
    [
      'a text of some shape, not a number of it',
      d.text('digits', () => true),
      7,
      refused('digits', 'number 7'),
    ],
    ['a whole number', d.integer(1, 3), 4, refused('a whole number from 1 to 3', 'number 4')],
    ['true or false', d.boolean, 'true', refused('true or false', 'a text that does not fit')],
    ['one of several', d.oneOf(['a', 'b']), 'c', refused('a or b', 'a text that does not fit')],
    [
      'an instant',
      d.instant,
      'soon',
      refused('an instant such as `2026-11-01T00:00:00.000Z`', 'a text that does not fit'),
    ],
    ['a key that lacks', two, { a: 'x' }, 'Malformed: `here.b` must be present, got nothing'],
    ['a key too many', two, { a: 'x', b: true, c: 1 }, 'Malformed: `here.c` must be absent, got number 1'],
    ['a key of it', two, { a: 1, b: true }, 'Malformed: `here.a` must be a text, got number 1'],
    ['an item of it', d.array(d.string), ['x', 1], 'Malformed: `here[1]` must be a text, got number 1'],
    ['a value of it', d.map(d.string), { k: 1 }, 'Malformed: `here.k` must be a text, got number 1'],
  ])('%s', (_, decode, raw, expected) => {
    expect(said(decode, raw)).toBe(expected);
  });

  it('names the whole value, or the key below it', () => {
    expect(said(two, 1, '')).toBe('Malformed: it must be an object, got number 1');
    expect(said(two, { a: 1, b: true }, '')).toBe('Malformed: `a` must be a text, got number 1');
  });

  it.each<[string, d.Decoder<unknown>, unknown, string]>([
    ['connection', MATCH_FIELDS.connection.decode, ['x'], 'Malformed: `here[0]` must be a connection ID'],
    ['vlan', MATCH_FIELDS.vlan.decode, [[2, 1]], 'Malformed: `here[0]` must be a range of two ends in order'],
    [
      'peers',
      MATCH_FIELDS.peers.decode,
      ['x'],
      'Malformed: `here[0]` must be a CIDR block in its shortest form',
    ],
    ['tags', MATCH_FIELDS.tags.decode, {}, 'Malformed: `here` must be at least one tag'],
    ['a tag', MATCH_FIELDS.tags.decode, { env: [1] }, 'Malformed: `here.env[0]` must be a tag value'],
    [
      'bgpKey',
      MATCH_FIELDS.bgpKey.decode,
      'x',
      'Malformed: `here` must be `required`, or `sha256:` and 64 hexadecimal digits',
    ],
  ])('for the field %s', (_, decode, raw, expected) => {
    expect(said(decode, raw)).toContain(`${expected}, got `);
  });
});

describe('a valid value is read unchanged', () => {
  it.each<[string, d.Decoder<unknown>, unknown]>([
    ['nothing, where that may be', d.orNull(d.string), null],
    ['something, where nothing may be', d.orNull(d.string), 'x'],
    ['an instant', d.instant, '2026-11-01T00:00:00.000Z'],
    ['false', d.boolean, false],
    ['a map', d.map(d.string), { k: 'x' }],
    ['an empty map', d.map(d.string), {}],
    ['an empty list', d.array(d.string), []],
    ['the least of a range', d.integer(1, 3), 1],
    ['the most of a range', d.integer(1, 3), 3],
    ['the largest whole number', d.integer(0), Number.MAX_SAFE_INTEGER],
    ['a range of one', MATCH_FIELDS.vlan.decode, [[7, 7]]],
    ['the whole of VLANs', MATCH_FIELDS.vlan.decode, [[1, 4094]]],
    ['the whole of ASNs', MATCH_FIELDS.asn.decode, [[1, 4294967295]]],
    ['the smallest and the largest MTU', MATCH_FIELDS.mtu.decode, [1, 65535]],
  ])('%s', (_, decode, raw) => {
    expect(said(decode, raw)).toEqual(raw);
  });

  it.each<[string, d.Decoder<unknown>, unknown]>([
    ['a whole number that is too large to be exact', d.integer(0), Number.MAX_SAFE_INTEGER + 1],
    ['a number with a fraction', d.integer(0), 1.5],
    ['an instant that no calendar has', d.instant, '2026-02-30T00:00:00.000Z'],
    ['no VLAN', MATCH_FIELDS.vlan.decode, [[0, 5]]],
    ['a VLAN beyond all', MATCH_FIELDS.vlan.decode, [[5, 4095]]],
    ['half a range', MATCH_FIELDS.vlan.decode, [[5]]],
    ['no ends', MATCH_FIELDS.vlan.decode, [[]]],
    ['no ASN', MATCH_FIELDS.asn.decode, [[0, 5]]],
    ['an ASN beyond all', MATCH_FIELDS.asn.decode, [[5, 4294967296]]],
    ['no MTU', MATCH_FIELDS.mtu.decode, [0]],
    ['an MTU beyond all', MATCH_FIELDS.mtu.decode, [65536]],
    ['no location', MATCH_FIELDS.location.decode, ['']],
    ['no name', MATCH_FIELDS.name.decode, []],
  ])('%s is refused', (_, decode, raw) => {
    expect(said(decode, raw)).toMatch(/^Malformed: /);
  });
});

describe('equal values are decoded once', () => {
  const ranges = () => d.deduplicated(MATCH_FIELDS.vlan.decode);

  it('equal values are the same object at every position', () => {
    const decode = ranges();
    expect(decode([[1, 2]], 'a')).toBe(decode([[1, 2]], 'b'));
    expect(decode([[1, 2]], 'c')).toEqual([[1, 2]]);
  });

  it('different values are different objects', () => {
    const decode = ranges();
    expect([
      decode([[1, 2]], 'a'),
      decode([[1, 3]], 'b'),
      decode(
        [
          [1, 2],
          [5, 5],
        ],
        'c',
      ),
    ]).toEqual([
      [[1, 2]],
      [[1, 3]],
      [
        [1, 2],
        [5, 5],
      ],
    ]);
  });

  it('an invalid value is refused at every position, with its path', () => {
    const decode = ranges();
    for (const place of ['one', 'two'])
      expect(said(decode, [[5]], place)).toMatch(
        new RegExp(`^Malformed: \`${place}\\[0\\]\` must be a range`),
      );
  });
});
