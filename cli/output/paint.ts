import { styleText } from 'node:util';

type Style = (text: string) => string;
export type Tone = 'good' | 'bad' | 'warn' | 'faint';
export interface Paint extends Readonly<Record<Tone, Style>> {
  /** how wide the terminal is; endless where there is none, so that what a program reads has a line for each thing */
  readonly columns: number;
}

/** Colour only where the stream is a terminal that wants it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      styleText(format, text, { stream });
  const columns = stream.isTTY ? Math.max(stream.columns, 40) : Number.POSITIVE_INFINITY;
  return {
    good: style('green'),
    bad: style(['red', 'bold']),
    warn: style('yellow'),
    faint: style('dim'),
    columns,
  };
}
