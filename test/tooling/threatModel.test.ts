import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const PAGE = 'docs/threat-model.md';
const TEXT = readFileSync(PAGE, 'utf8');

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Its sections, one for each adversary. */
const PARTS = TEXT.split(/^## /m).slice(1);

describe(PAGE, () => {
  it('names tests of the suite and the residual risk for every adversary', () => {
    expect(PARTS.length).toBeGreaterThan(10);
    for (const part of PARTS) {
      const [heading = ''] = part.split('\n');
      const tests = [...part.matchAll(/\]\((\.\.\/test\/[^)]*)\)/g)].map(([, path = '']) => path);
      expect([heading, tests.length > 0]).toEqual([heading, true]);
      // The suite runs files with this ending.
      for (const path of tests) expect(path).toMatch(/\.test\.ts$/);
      expect([heading, /\*\*Residual risk[.:]\*\*/.test(part)]).toEqual([heading, true]);
    }
  });

  it('begins with a table of every adversary, in the order of its sections', () => {
    const rows = [...TEXT.matchAll(/^\| \[[^\]]+\]\(#([^)]+)\)/gm)].map(([, anchor]) => anchor);
    const headings = anchorsOf(PAGE).slice(1);
    expect(rows).toEqual(headings);
  });
});
