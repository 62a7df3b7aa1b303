/** One JSON document of a file. */
export interface Document {
  readonly content: unknown;
  /** without what stands before it */
  readonly text: string;
  /** how many lines stand before it */
  readonly line: number;
  /** whether it is one of several, a line each */
  readonly isLine: boolean;
}

/** A text that is no JSON. It says where, and nothing else: the text may hold keys. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
  readonly place: { readonly line: number; readonly column: number } | null;
  constructor(place: NotJson['place']) {
    super('it is not JSON');
    this.place = place;
  }
}

/**
 * The documents of a file: one, or one a line, as `run --events` writes them.
 * @throws NotJson
 */
export function documentsIn(whole: string): readonly Document[] {
  const text = whole.replace(/^\uFEFF/, '');
  const lines = text
    .split('\n')
    .map((content, line) => ({ text: content, line }))
    .filter((one) => one.text.trim() !== '');
  const [first, ...others] = lines;
  if (first === undefined || others.length === 0 || !isDocument(first.text))
    return [{ content: parsed(text, 0), text, line: 0, isLine: false }];
  return lines.map((one) => ({ ...one, content: parsed(one.text, one.line), isLine: true }));
}

/** Whether the first line is a whole document, and not the beginning of a longer one. */
function isDocument(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

function parsed(text: string, before: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // No cause, and nothing of its words but the place: a parser's message quotes the text.
    const message = error instanceof Error ? error.message : '';
    const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
    if (line !== undefined) throw new NotJson({ line: Number(line) + before, column: Number(column) });
    throw new NotJson(before === 0 ? null : { line: before + 1, column: 1 });
  }
}
