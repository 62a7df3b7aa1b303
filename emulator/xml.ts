/** Writing XML: nothing of what the emulator writes needs attributes other than a namespace. */

/** An element with text; characters that XML does not allow at all become `?`. */
export function element(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replace(/[&<>"]/g, (mark) => marks[mark] ?? mark)
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?');
}

/** An object becomes elements, a list its `item`s, as EC2 does it. */
export function elements(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => one(name, value))
    .join('');
}

function one(name: string, value: unknown): string {
  if (Array.isArray(value)) return `<${name}>${value.map((item) => one('item', item)).join('')}</${name}>`;
  if (typeof value === 'object' && value !== null) return `<${name}>${elements({ ...value })}</${name}>`;
  return element(name, String(value));
}
