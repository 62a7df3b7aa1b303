import { readFileSync } from 'node:fs';

export const PAGE = 'docs/scale.md';
const TEXT = readFileSync(PAGE, 'utf8');

/** Cells of each row that begins with a name in backticks, by that name: `| \`name\` | value | … |`. */
const ROWS = new Map(
  [...TEXT.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', rest = '']) => [
    name,
    rest.split(' | '),
  ]),
);

/** An input, as the page says it. */
export function input(name: string): number {
  const value = Number(ROWS.get(name)?.[0]?.replaceAll(/[$,]/g, ''));
  if (Number.isNaN(value)) throw new Error(`${PAGE} has no number named \`${name}\``);
  return value;
}

/** Rows of the first table below a heading: what stands in the first column, and the cells after it. */
export function tableBelow(heading: string): Record<string, string[]> {
  const part = TEXT.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [, table = ''] = /\n\|-.*\n((?:\|.*\n)+)/.exec(part) ?? [];
  return Object.fromEntries(
    table
      .trimEnd()
      .split('\n')
      .map((row) => {
        const [first = '', ...cells] = row.slice(2, -2).split(' | ');
        return [first, cells];
      }),
  );
}
