import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const PAGE = 'docs/threat-model.md';
const TEXT = readFileSync(PAGE, 'utf8');

/** Where it leads to, as a path from the root, and a heading there. */
const LINKS = [...TEXT.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => {
  const [file = '', anchor = ''] = target.split('#');
  return { path: file === '' ? PAGE : join('docs', file), anchor };
});

/** As GitHub makes an anchor of a heading. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Its parts by adversary, each with its heading. */
const PARTS = TEXT.split(/^## /m).slice(1);

describe(PAGE, () => {
  it('leads to files that are there, and to headings that are in them', () => {
    expect(LINKS.length).toBeGreaterThan(50);
    expect(LINKS.filter(({ path }) => !existsSync(path))).toEqual([]);
    const lost = LINKS.filter(({ path, anchor }) => anchor !== '' && !anchorsOf(path).includes(anchor));
    expect(lost).toEqual([]);
  });

  it('names for every adversary tests that are run, and what is left', () => {
    expect(PARTS.length).toBeGreaterThan(10);
    for (const part of PARTS) {
      const [heading = ''] = part.split('\n');
      const tests = [...part.matchAll(/\]\((\.\.\/test\/[^)]*)\)/g)].map(([, path = '']) => path);
      expect([heading, tests.length > 0]).toEqual([heading, true]);
      // The suite runs what ends so.
      for (const path of tests) expect(path).toMatch(/\.test\.ts$/);
      expect([heading, /\*\*Left[.:]\*\*/.test(part)]).toEqual([heading, true]);
    }
  });

  it('begins with a table of every adversary, in the order of its parts', () => {
    const rows = [...TEXT.matchAll(/^\| \[[^\]]+\]\(#([^)]+)\)/gm)].map(([, anchor]) => anchor);
    const headings = anchorsOf(PAGE).slice(1);
    expect(rows).toEqual(headings);
  });
});
