import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const PAGE = 'docs/threat-model.md';
const TEXT = readFileSync(PAGE, 'utf8');

/** Links of the page: the path from the root, and the anchor. */
const LINKS = [...TEXT.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => {
  const [file = '', anchor = ''] = target.split('#');
  return { path: file === '' ? PAGE : join('docs', file), anchor };
});

/** Anchors that GitHub generates from headings. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The parts of the page by adversary, each with its heading. */
const PARTS = TEXT.split(/^## /m).slice(1);

describe(PAGE, () => {
  it('links to existing files and headings', () => {
    expect(LINKS.length).toBeGreaterThan(50);
    expect(LINKS.filter(({ path }) => !existsSync(path))).toEqual([]);
    const lost = LINKS.filter(({ path, anchor }) => anchor !== '' && !anchorsOf(path).includes(anchor));
    expect(lost).toEqual([]);
  });

  it('names tests and residual risks for every adversary', () => {
    expect(PARTS.length).toBeGreaterThan(10);
    for (const part of PARTS) {
      const [heading = ''] = part.split('\n');
      const tests = [...part.matchAll(/\]\((\.\.\/test\/[^)]*)\)/g)].map(([, path = '']) => path);
      expect([heading, tests.length > 0]).toEqual([heading, true]);
      // The test suite runs files with this ending.
      for (const path of tests) expect(path).toMatch(/\.test\.ts$/);
      expect([heading, /\*\*Left[.:]\*\*/.test(part)]).toEqual([heading, true]);
    }
  });

  it('starts with a table of all adversaries, in the order of its parts', () => {
    const rows = [...TEXT.matchAll(/^\| \[[^\]]+\]\(#([^)]+)\)/gm)].map(([, anchor]) => anchor);
    const headings = anchorsOf(PAGE).slice(1);
    expect(rows).toEqual(headings);
  });
});
