import type { Complaint, Fault } from './diagnostic.ts';

/** The text of a file in UTF-8, or the place of the first byte that is none: lines and columns as a `Fault` counts them. */
export function readUtf8(bytes: Uint8Array): string | Pick<Fault, 'line' | 'column'> {
  let [good, end] = [0, bytes.length];
  while (good < end) {
    const middle = Math.ceil((good + end) / 2);
    if (beginning(bytes, middle) === null) end = middle - 1;
    else good = middle;
  }
  const before = beginning(bytes, good) ?? '';
  // A character may be cut at the very end.
  if (good === bytes.length && new TextEncoder().encode(before).length === bytes.length) return before;
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

export const NOT_UTF8: Complaint = {
  code: 'not-utf-8',
  message: 'it is not text in UTF-8 from here on',
  mend: 'save the file as UTF-8',
};

/** What the first bytes say, less a character that they do not end; `null`: they are not in UTF-8. */
function beginning(bytes: Uint8Array, length: number): string | null {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(0, length), { stream: true });
  } catch {
    return null;
  }
}
