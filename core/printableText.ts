/**
 * Text that someone outside chose, made safe to print: in backticks, with control characters, direction overrides and
 * invisible characters written as escapes, so that a name can neither steer a terminal nor pose as another.
 */
export function quote(text: string): string {
  return `\`${escapeText(text)}\``;
}

/** As `quote`, of what the operator wrote: an address in it is for them to read. */
export function quoteTrusted(text: string): string {
  return `\`${cutAndEscaped(text, STEERING)}\``;
}

/** Controls, unassigned and invisible characters, what ends or feigns our own quoting, spaces other than the common one, and
 * marks that stand on nothing or pile up over the lines around them. */
const STEERING =
  /[\p{C}\p{Default_Ignorable_Code_Point}\u{2800}`\\]|(?! )\p{Z}|(?<![\p{L}\p{N}]\p{M}{0,2})\p{M}/gu;
/** Terminals and mail programs make links of these, and a stranger's link must not come from us. */
const LINK = /:(?=\/\/)|(?<=\bwww)\./giu;

/** As `quote`, without the backticks: for table cells. Longer than 120 characters is cut, and says so. */
export function escapeText(text: string): string {
  return cutAndEscaped(text, UNSAFE);
}

/** As `escapeText`, of a message: longer than so many characters keeps its beginning and its end, where its cause often is. */
export function escapeLong(text: string, most: number): string {
  return truncateMiddle(text, most, (part) => part.replace(UNSAFE, escapeCharacter));
}

const UNSAFE = new RegExp(`${STEERING.source}|${LINK.source}`, 'giu');

function cutAndEscaped(text: string, unsafe: RegExp): string {
  const safe = beginning(text, 120).replace(unsafe, escapeCharacter);
  return text.length > 120 ? `${safe}… (${text.length} characters)` : safe;
}

/** `\u{9b}` */
export function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A sentence of ours, of any length, in which others may be quoted: without what steers or hides. */
export function escapeInvisible(sentence: string): string {
  return sentence.replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, escapeCharacter);
}

/** Compares by UTF-16 code unit, which is by code point for every name the policy allows: never by locale. */
export function compareByCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `a, b and c` */
export function formatList(items: readonly string[]): string {
  const last = items.at(-1);
  if (last === undefined) return 'nothing';
  return items.length === 1 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** As `list`, of the first ones: `a, b and 7 more`. */
export function formatFirst(items: readonly string[], most: number): string {
  const more = items.length - most;
  return more > 0 ? formatList([...items.slice(0, most), `${more} more`]) : formatList(items);
}

/** Cut to so many characters, and saying so. */
export function truncate(text: string, most: number): string {
  return text.length > most ? `${beginning(text, most)}… (${text.length} characters)` : text;
}

/** As `clip`, and keeps both ends: `abc… (300 characters) …xyz`. @param shown how each end is written */
export function truncateMiddle(text: string, most: number, shown = (end: string): string => end): string {
  if (text.length <= most) return shown(text);
  const half = Math.floor(most / 2);
  return `${shown(beginning(text, half))}… (${text.length} characters) …${shown(ending(text, half))}`;
}

/** So many characters at most, never half of one that takes two units: half of one is no text that others take. */
function beginning(text: string, most: number): string {
  return text.slice(0, isHalved(text, most) ? most - 1 : most);
}

function ending(text: string, most: number): string {
  const from = text.length - most;
  return text.slice(isHalved(text, from) ? from + 1 : from);
}

/** Whether a cut there divides a surrogate pair. */
function isHalved(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}
