import { readFileSync } from 'node:fs';

export const PAGE = 'docs/scale.md';

/** The table of inputs: the first cell after each name in backticks, as in `| \`name\` | value | … |`. */
const VALUES = new Map(
  [...readFileSync(PAGE, 'utf8').matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name, value]) => [
    name,
    value,
  ]),
);

/** Returns the value that the page gives for an input. */
export function input(name: string): number {
  const value = Number(VALUES.get(name));
  if (Number.isNaN(value)) throw new Error(`${PAGE} has no number named \`${name}\``);
  return value;
}
