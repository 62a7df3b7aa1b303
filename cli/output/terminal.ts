const GAP = '  ';
/** How far the second line of a row is indented. */
const INDENT = '    ';

/**
 * Plain columns, each as wide as its widest cell; the last one runs free. Where they do not fit side by side, a row takes several lines.
 * @param columns how wide the terminal is
 * @returns a text a row, the header first; each may hold several lines
 */
export function tableRows(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ''))));
  const groups = grouped(widths, columns);
  return lines.map((line) =>
    groups
      .map((group, i) => {
        const cells = group.map((column) => pad(line[column] ?? '', widths[column] ?? 0));
        return `${i === 0 ? '' : INDENT}${cells.join(GAP)}`.trimEnd();
      })
      .filter((text, i) => i === 0 || text !== '')
      .join('\n'),
  );
}

/** The same as one text, each row on one line. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableRows(header, rows, Number.POSITIVE_INFINITY).join('\n');
}

/** Which columns stand side by side: as many as fit, in their order. */
function grouped(widths: readonly number[], columns: number): number[][] {
  const groups: number[][] = [[]];
  let used = 0;
  for (const [column, width] of widths.entries()) {
    const fits = used + GAP.length + width <= columns;
    if (used > 0 && !fits) {
      groups.push([]);
      used = INDENT.length;
    }
    used += (used > 0 ? GAP.length : 0) + width;
    groups.at(-1)?.push(column);
  }
  return groups;
}

/** By characters, not UTF-16 units. */
function lengthOf(cell: string): number {
  return [...cell].length;
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}
