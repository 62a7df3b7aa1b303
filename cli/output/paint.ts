import { styleText } from 'node:util';

type Style = (text: string) => string;
export type Paint = Readonly<Record<'good' | 'bad' | 'warn' | 'faint', Style>>;

/** Colour only where the stream is a terminal that wants it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const style =
    (format: Parameters<typeof styleText>[0]): Style =>
    (text) =>
      styleText(format, text, { stream });
  return { good: style('green'), bad: style(['red', 'bold']), warn: style('yellow'), faint: style('dim') };
}
