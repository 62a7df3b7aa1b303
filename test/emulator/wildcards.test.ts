import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesAny, parsePattern } from '../../emulator/operations/wildcards.ts';

const text = (characters: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...characters), { maxLength }).map((parts) => parts.join(''));
const values = fc.array(text(['a', 'b', '🚀', '*', '?', '\\*', '\\?', '\\\\', '\\a'], 8), { maxLength: 3 });
const texts = fc.array(text(['a', 'b', '🚀', '*', '?', '\\', '\n'], 6), { maxLength: 4 });

/** The same meaning as a regular expression, which can take too long for long values. */
function toRegExp(value: string): RegExp {
  const source = value.replace(/\\(.)|./gsu, (part, escaped?: string) => {
    if (escaped === undefined && part === '*') return '[^]*';
    if (escaped === undefined && part === '?') return '[^]';
    return `\\u{${(escaped ?? part).codePointAt(0)?.toString(16)}}`;
  });
  return new RegExp(`^${source}$`, 'u');
}

describe('the values of a filter', () => {
  it('match what regular expressions of the same meaning match', () => {
    fc.assert(
      fc.property(values, texts, (wanted, given) => {
        const patterns = wanted.map(toRegExp);
        const expected = given.some((one) => patterns.some((pattern) => pattern.test(one)));
        expect(matchesAny(wanted.map(parsePattern), given)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['a*', ['ba', 'b'], false],
    ['*a', ['a', 'b'], true],
    ['*a', ['', 'a'], true],
    ['a?', ['a', 'b'], false],
    ['a??b', ['a', 'b'], false],
    ['ab', ['a', 'b'], false],
    ['a*b', ['a', 'b'], false],
    ['', ['a', ''], true],
    ['*', [], false],
  ])('match one text, never parts of two: %j, %j', (value, given, expected) => {
    expect(matchesAny([parsePattern(value)], given)).toBe(expected);
  });
});
