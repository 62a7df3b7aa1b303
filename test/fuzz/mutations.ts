import fc, { type Arbitrary } from 'fast-check';

/** Texts that break out of their context, or could be read as something else. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\u001b[2J\u001b]0;owned\u0007',
  'a\nb\r\nc',
  '\u202eevil\u2066',
  '\ud800',
  '\u{10ffff}',
  '`$(reboot)`',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e999',
  '0x10',
  'W'.repeat(2000),
];

export const maliciousText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

/** JSON values of every type as text, including forms that no program writes. */
export const maliciousJson: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...['null', 'true', 'false', '0', '-0', '1.5', '-1', '4095', '1e400', '-1e-400', '[]', '{}'],
  ),
  fc.constantFrom(
    ...['9007199254740993', '99999999999999999999999', '[[]]', '{"__proto__":{"x":1}}', '[null]'],
  ),
  fc.constantFrom(`${'['.repeat(2000)}${']'.repeat(2000)}`, `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`),
  maliciousText.map((text) => JSON.stringify(text)),
  fc.json({ maxDepth: 2 }),
);

/** Patterns that split a text into tokens, which are deleted, doubled or replaced. */
export const TOKENS = {
  json: /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[\s\S]/g,
  xml: /<[^>]*>|[^<]+|</g,
  yaml: /[\w./*-]+|\n *|[\s\S]/g,
} as const;

interface Edit {
  readonly at: number;
  readonly does: 'delete' | 'double' | 'replace' | 'insert' | 'cut';
  readonly by: string;
}

/** Deletes, doubles, replaces or inserts a few tokens of a text, and sometimes truncates it. */
export function mutateText(text: string, tokens: RegExp, pieces: Arbitrary<string>): Arbitrary<string> {
  const parts = text.match(tokens) ?? [];
  const edit = fc.record({
    at: fc.nat(parts.length),
    does: fc.constantFrom<Edit['does']>(
      ...(['delete', 'double', 'replace', 'replace', 'replace', 'insert'] as const),
    ),
    by: pieces,
  });
  const cut = fc.record({ at: fc.nat(parts.length), does: fc.constant('cut' as const), by: fc.constant('') });
  return fc
    .array(fc.oneof({ weight: 12, arbitrary: edit }, { weight: 1, arbitrary: cut }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((edits) => edits.reduce<readonly string[]>(edited, parts).join(''));
}

function edited(parts: readonly string[], { at, does, by }: Edit): readonly string[] {
  const part = parts[at] ?? '';
  switch (does) {
    case 'delete':
      return parts.toSpliced(at, 1);
    case 'double':
      return parts.toSpliced(at, 0, part);
    case 'replace':
      return parts.toSpliced(at, 1, by);
    case 'insert':
      return parts.toSpliced(at, 0, by);
    case 'cut':
      return parts.slice(0, at);
    default:
      return does satisfies never;
  }
}

/** Replaces values of a JSON document by values of any type. The result is still JSON. */
export function replaceValues(document: unknown): Arbitrary<string> {
  const tokens = /(?<=[:[,])(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=[,\]}])/g;
  const text = JSON.stringify(document);
  const places = [...text.matchAll(tokens)].map(({ index, 0: value }) => ({ index, value }));
  return fc
    .tuple(
      fc.subarray(places, { minLength: 1, maxLength: Math.min(3, places.length) }),
      fc.array(maliciousJson, { minLength: 3, maxLength: 3 }),
    )
    .map(([chosen, values]) =>
      chosen.reduceRight(
        (now, { index, value }, i) =>
          `${now.slice(0, index)}${values[i % 3] ?? 'null'}${now.slice(index + value.length)}`,
        text,
      ),
    );
}
