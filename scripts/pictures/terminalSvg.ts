/** A picture of a terminal: its text stays text, so that it can be selected, searched and read aloud. */

/** Begins an ANSI code. */
export const ESCAPE = '\u001b';

const CODE = new RegExp(`^${ESCAPE}\\[(\\d+)m$`);
const TOKENS = new RegExp(`(${ESCAPE}\\[\\d+m|\\n)`);

const COLUMNS = 120;
const FONT_SIZE = 13;
const COLUMN = FONT_SIZE * 0.6;
const ROW = 18;
const MARGIN = 16;
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace';

/** Class of a span by the code (SGR) that begins its style in the output. */
const STYLES: Readonly<Record<string, string>> = {
  '1': 'bold',
  '2': 'faint',
  '31': 'red',
  '32': 'green',
  '33': 'yellow',
};

/** Codes that end styles. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  '0': Object.values(STYLES),
  '22': ['bold', 'faint'],
  '39': ['red', 'green', 'yellow'],
};

const CSS = `text { font: ${FONT_SIZE}px ${FONT}; fill: #d7dbe0; white-space: pre; }
.bold { font-weight: 700; } .faint { fill: #8b949e; } .red { fill: #ff7b72; } .green { fill: #7ee787; } .yellow { fill: #e3b341; }`;

interface Span {
  readonly text: string;
  readonly classes: readonly string[];
  readonly column: number;
}

/** @param output with ANSI codes, as a terminal gets it */
export function terminalSvg(title: string, output: string): string {
  const rows = rowsOf(output);
  const [width, height] = [COLUMNS * COLUMN + 2 * MARGIN, rows.length * ROW + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<style>${CSS}</style>
<rect width="100%" height="100%" rx="8" fill="#16191d"/>
${rows
  .map(drawRow)
  .filter((row) => row !== '')
  .join('\n')}
</svg>
`;
}

function drawRow(spans: readonly Span[], row: number): string {
  const y = MARGIN + (row + 1) * ROW - 5;
  return spans
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, classes, column }) => {
      const name = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
      // Each reader's font is as wide as ours.
      const width = `textLength="${round(text.length * COLUMN)}" lengthAdjust="spacingAndGlyphs"`;
      return `<text x="${round(MARGIN + column * COLUMN)}" y="${y}" ${width}${name}>${escapeXml(text)}</text>`;
    })
    .join('');
}

/** Breaks lines where a terminal breaks them. */
function rowsOf(output: string): Span[][] {
  const rows: Span[][] = [[]];
  let classes: readonly string[] = [];
  let column = 0;
  const add = (text: string): void => {
    for (let rest = text; rest !== ''; ) {
      if (column === COLUMNS) {
        rows.push([]);
        column = 0;
      }
      const part = rest.slice(0, COLUMNS - column);
      rows.at(-1)?.push({ text: part, classes, column });
      column += part.length;
      rest = rest.slice(part.length);
    }
  };
  for (const token of output.split(TOKENS)) {
    const [, code] = CODE.exec(token) ?? [];
    if (code !== undefined) classes = styled(classes, code);
    else if (token === '\n') {
      rows.push([]);
      column = 0;
    } else add(token);
  }
  return rows;
}

function styled(classes: readonly string[], code: string): readonly string[] {
  const [ends, begins] = [ENDS[code], STYLES[code]];
  if (ends !== undefined) return classes.filter((name) => !ends.includes(name));
  if (begins === undefined) throw new Error(`the output has style ${code}, which the picture cannot show`);
  return [...classes, begins];
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
