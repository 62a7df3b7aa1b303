import { describe, expect, it } from 'vitest';
import { byCodePoint, escapeText, list, quote } from '../../lambda/core/text.ts';

describe('text that somebody outside chose', () => {
  it.each([
    ['plain', 'acme-prod-1', 'acme-prod-1'],
    ['accents and other scripts', 'réseau 東京', 'réseau 東京'],
    ['an ANSI escape', '\u001b[2J\u001b]0;x\u0007', '\\u{1b}[2J\\u{1b}]0;x\\u{7}'],
    ['a C1 control, which some terminals obey', '\u009b2J', '\\u{9b}2J'],
    ['line breaks', 'a\r\nb\u2028c\u2029d\u0085e', 'a\\u{d}\\u{a}b\\u{2028}c\\u{2029}d\\u{85}e'],
    ['backspaces', 'evil\u0008\u007f', 'evil\\u{8}\\u{7f}'],
    ['a direction override', 'acme\u202egpj', 'acme\\u{202e}gpj'],
    ['direction isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['direction marks', '\u200ea\u200f\u061c', '\\u{200e}a\\u{200f}\\u{61c}'],
    ['characters without width', 'ac\u200bme\u200d\ufeff\u2060', 'ac\\u{200b}me\\u{200d}\\u{feff}\\u{2060}'],
    ['a soft hyphen', 'ac\u00adme', 'ac\\u{ad}me'],
    ['letters that show nothing', 'a\u3164b\u115fc\u2800', 'a\\u{3164}b\\u{115f}c\\u{2800}'],
    ['variation selectors and joiners', 'a\ufe0fb\u034f', 'a\\u{fe0f}b\\u{34f}'],
    ['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['spaces that pose as the common one', 'a\u00a0b\u2003c d', 'a\\u{a0}b\\u{2003}c d'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
    ['private and unassigned characters', '\ue000\u{10ffff}\u0378', '\\u{e000}\\u{10ffff}\\u{378}'],
    ['the quotation itself', 'a`b', 'a\\u{60}b'],
    ['an escape that was typed', '\\u{1b}', '\\u{5c}u{1b}'],
  ])('%s', (_, text, safe) => {
    expect(escapeText(text)).toBe(safe);
    expect(quote(text)).toBe(`\`${safe}\``);
  });

  it('is cut when it is long, and says so', () => {
    expect(escapeText('x'.repeat(120))).toBe('x'.repeat(120));
    expect(escapeText('x'.repeat(121))).toBe(`${'x'.repeat(120)}… (121 characters)`);
    expect(escapeText(`${'x'.repeat(119)}😀`)).toBe(`${'x'.repeat(119)}\\u{d83d}… (121 characters)`);
  });
});

it.each([
  [[], 'nothing'],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('a list of %j reads `%s`', (items, sentence) => {
  expect(list(items)).toBe(sentence);
});

it('names are in the order of their characters, never of a language', () => {
  expect(['b', 'a-1', 'a', 'Z', 'a1', 'é'].sort(byCodePoint)).toEqual(['Z', 'a', 'a-1', 'a1', 'b', 'é']);
});
