import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../exitCodes.ts';

/** The text of a request file, and its name for messages; `-` is standard input. @throws UsageError */
export async function requestFile(path: string): Promise<{ readonly text: string; readonly file: string }> {
  const file = path === '-' ? 'standard input' : path;
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new UsageError(`${file}: ${WHY[code] ?? `it cannot be read (${code}); check its permissions`}`);
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check its path',
  EISDIR: 'it is a folder; name a file in it',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text in UTF-8; save it as UTF-8',
};
