import { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

type Style = (text: string) => string;
export type Tone = 'good' | 'bad' | 'warn' | 'faint';
export interface Paint extends Readonly<Record<Tone, Style>> {
  /** how wide the terminal is; endless where there is none, so that what a program reads has a line for each thing */
  readonly columns: number;
}

/** Colour only where the stream is a terminal that wants it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const isColoured = wantsColour(stream);
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      isColoured ? styleText(format, text, { validateStream: false }) : text;
  const columns = stream.isTTY ? Math.max(stream.columns, 40) : Number.POSITIVE_INFINITY;
  return {
    good: style('green'),
    bad: style(['red', 'bold']),
    warn: style('yellow'),
    faint: style('dim'),
    columns,
  };
}

/** Asked by us: `styleText` of Node 22.12 colours a pipe where it is given two formats. */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  const isForced = process.env.FORCE_COLOR !== undefined;
  // Of the variables, FORCE_COLOR too, and the terminal's name.
  return (isForced || stream.isTTY) && WriteStream.prototype.getColorDepth() > 2;
}
