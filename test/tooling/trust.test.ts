import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const PAGE = readFileSync('docs/trust.md', 'utf8');

/** `FILE`: TITLE > TITLE, in a table row of the page. */
const REFERENCE = /`(test\/[\w/]+\.test\.ts)`: (.*?)(?=; `test\/|; the soak| \|$)/gm;

/** Placeholders of titles that Vitest fills in. */
const PLACEHOLDER = /%[sidj]|\\\$\\\{[^}]*\\\}|\\\$[\w.]+/g;

/** A pattern for every text in quotes of a test file. A text of little but placeholders would match any title. */
function titlesIn(file: string): RegExp[] {
  const literals = readFileSync(file, 'utf8').matchAll(/'((?:[^'\\\n]|\\.)+)'|"([^"\n]+)"|`([^\n]+?)`/g);
  return [...literals].flatMap(([, single, double, template]) => {
    const text = (single ?? double ?? template ?? '').replaceAll("\\'", "'");
    const escaped = text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    const words = escaped.replaceAll(PLACEHOLDER, '');
    if (words !== escaped && words.length < 20) return [];
    return [new RegExp(`^${escaped.replaceAll(PLACEHOLDER, '.+')}$`)];
  });
}

it('docs/trust.md names tests by titles that they have', () => {
  const references = [...PAGE.matchAll(REFERENCE)];
  expect(references.length).toBeGreaterThan(40);
  const missing = references.flatMap(([, file = '', titles = '']) => {
    const known = titlesIn(file);
    const unknown = titles.split(' > ').filter((title) => !known.some((pattern) => pattern.test(title)));
    return unknown.map((title) => `${file}: ${title}`);
  });
  expect(missing).toEqual([]);
});
