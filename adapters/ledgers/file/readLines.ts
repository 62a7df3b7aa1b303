import type { FileHandle } from 'node:fs/promises';

/** How much of a file is read at once, in bytes. */
const CHUNK = 1 << 20;

/** One line of a file, as its bytes. */
export interface Line {
  readonly number: number;
  /** without its end */
  readonly bytes: Buffer;
  /** where the next line begins; `null`: its end is missing */
  readonly next: number | null;
}

/**
 * Reads a file line by line, some lines at a time, so that one of any size takes little memory.
 * @param from where a line begins; it is number 1
 */
export async function* linesOf(file: FileHandle, from = 0): AsyncGenerator<readonly Line[]> {
  let pieces: Buffer[] = [];
  let number = 0;
  let position = from;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    const lines: Line[] = [];
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      number += 1;
      const last = chunk.subarray(begin, end);
      const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      lines.push({ number, bytes, next: position + end + 1 });
      pieces = [];
      begin = end + 1;
    }
    if (begin < bytesRead) pieces.push(chunk.subarray(begin));
    position += bytesRead;
    yield lines;
  }
  if (pieces.length > 0) yield [{ number: number + 1, bytes: Buffer.concat(pieces), next: null }];
}

const NEWLINE = 0x0a;
