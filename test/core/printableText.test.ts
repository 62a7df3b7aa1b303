import { describe, expect, it } from 'vitest';
import { printableJson, printableValue } from '../../core/json.ts';
import {
  compareByCodePoint,
  escapeInvisible,
  escapeText,
  formatList,
  quote,
  quoteTrusted,
  truncate,
  truncateMiddle,
} from '../../core/printableText.ts';

describe('untrusted text', () => {
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
    ['accents written as marks', 'e\u0301a\u0302\u0323', 'e\u0301a\u0302\u0323'],
    ['marks that pile up', `a${'\u0336'.repeat(5)}b`, 'a\u0336\u0336\u0336\\u{336}\\u{336}b'],
    ['a mark on nothing, which would join our own text', '\u0301a', '\\u{301}a'],
    ['a link', 'see HTTPS://evil.example/x', 'see HTTPS\\u{3a}//evil.example/x'],
    ['a link without its scheme', 'WWW.evil.example', 'WWW\\u{2e}evil.example'],
    ['a command to GitHub Actions', 'x ##[add-mask]a', 'x \\u{23}#[add-mask]a'],
    ['a command to Azure Pipelines', '###vso[task.x]a', '#\\u{23}#vso[task.x]a'],
    ['the number of something', '##1 # [x]', '##1 # [x]'],
    ['the quotation itself', 'a`b', 'a\\u{60}b'],
    ['an escape that was typed', '\\u{1b}', '\\u{5c}u{1b}'],
    ['the full-width forms of an event', '＼u{1b} ＂', '\\u{ff3c}u{1b} \\u{ff02}'],
  ])('%s', (_, text, safe) => {
    expect(escapeText(text)).toBe(safe);
    expect(quote(text)).toBe(`\`${safe}\``);
  });

  it('is truncated if it is long, and says so', () => {
    expect(escapeText('x'.repeat(120))).toBe('x'.repeat(120));
    expect(escapeText('x'.repeat(121))).toBe(`${'x'.repeat(120)}… (121 characters)`);
    expect(escapeText(`${'x'.repeat(119)}😀`)).toBe(`${'x'.repeat(119)}… (121 characters)`);
  });
});

it('a URL that the operator wrote stays readable, and its control characters are escaped', () => {
  expect(quoteTrusted('http://10.0.0.1/\u001b[2J')).toBe('`http://10.0.0.1/\\u{1b}[2J`');
});

it('a sentence of this product keeps its quotes, with control and invisible characters escaped', () => {
  expect(escapeInvisible('`a` is \u009bheld\u200b')).toBe('`a` is \\u{9b}held\\u{200b}');
});

it.each([
  ['its beginning', (text: string) => truncate(text, 4), 'abc… (10 characters)'],
  ['both ends', (text: string) => truncateMiddle(text, 8), 'abc… (10 characters) …xyz'],
])('a text truncated to %s never ends in half a character', (_, cut, kept) => {
  expect(cut('abc😀😀xyz')).toBe(kept);
  expect(cut('abc😀😀xyz').isWellFormed()).toBe(true);
});

it('a text is truncated between two characters at its maximal length', () => {
  expect(truncate('ab😀xyz', 4)).toBe('ab😀… (7 characters)');
  expect(truncateMiddle('ab😀xyz😀ab', 8)).toBe('ab😀… (11 characters) …😀ab');
});

describe('JSON', () => {
  const name = 'a\u009b\u007f\u202e\u200b\u2028\u{e0041}é\n`';

  it('contains no terminal control, and has the same data', () => {
    const text = printableJson({ name }, 2);
    expect(text).toBe('{\n  "name": "a\\u009b\\u007f\\u202e\\u200b\\u2028\\udb40\\udc41é\\n`"\n}');
    expect(JSON.parse(text)).toEqual({ name });
  });

  it('contains no command to a CI system, and has the same data', () => {
    const text = printableJson({ '##[x]': '##vso[y]' });
    expect(text).toBe('{"\\u0023#[x]":"\\u0023#vso[y]"}');
    expect(JSON.parse(text)).toEqual({ '##[x]': '##vso[y]' });
  });

  it('of a log shows the escapes as text', () => {
    expect(JSON.stringify([name, 1, null], printableValue)).toBe(
      '["a\\\\u{9b}\\\\u{7f}\\\\u{202e}\\\\u{200b}\\\\u{2028}\\\\u{e0041}é\\n`",1,null]',
    );
  });
});

it.each([
  [[], 'nothing'],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('a list of %j reads `%s`', (items, sentence) => {
  expect(formatList(items)).toBe(sentence);
});

it('names are sorted by character, never by locale', () => {
  expect(['b', 'a-1', 'a', 'Z', 'a1', 'é'].sort(compareByCodePoint)).toEqual([
    'Z',
    'a',
    'a-1',
    'a1',
    'b',
    'é',
  ]);
});
