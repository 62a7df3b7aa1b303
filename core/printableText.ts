/**
 * Quotes untrusted text for printing: in backticks, with control characters, direction overrides and invisible characters
 * escaped, so that a name can neither control a terminal nor imitate another name.
 */
export function quote(text: string): string {
  return `\`${escapeText(text)}\``;
}

/** As `quote`, for text that the operator wrote: a URL in it stays readable. */
export function quoteTrusted(text: string): string {
  return `\`${truncateAndEscape(text, UNPRINTABLE)}\``;
}

/**
 * Control, unassigned and invisible characters, backticks and backslashes, spaces other than the common one, and combining
 * marks without a base or stacked over the lines around them; and the characters that stand for others in an event (`toFullWidth`).
 */
const UNPRINTABLE =
  /[\p{C}\p{Default_Ignorable_Code_Point}\u{2800}`\\\u{ff02}\u{ff3c}]|(?! )\p{Z}|(?<![\p{L}\p{N}]\p{M}{0,2})\p{M}/gu;
/** Terminals and mail programs turn these into links. A notification must not contain a link of an unknown requester. */
const LINK = /:(?=\/\/)|(?<=\bwww)\./giu;
/**
 * The start of a command to a CI system: GitHub Actions and Azure Pipelines execute `##[add-mask]…` and `##vso[…]` anywhere in a line of a log.
 * `::add-mask::…` counts only at the start of a line, where no output has text of a requester.
 */
export const CI_COMMAND = /#(?=#(?:vso)?\[)/gu;

/** As `quote`, without the backticks: for table cells. A text of more than 120 characters is truncated, and says so. */
export function escapeText(text: string): string {
  return truncateAndEscape(text, UNSAFE);
}

/** As `escapeText`, for a message: a long one keeps its beginning and its end, which often has the cause. */
export function escapeLong(text: string, max: number): string {
  return truncateMiddle(text, max, (part) => part.replace(UNSAFE, escapeCharacter));
}

const UNSAFE = new RegExp(`${UNPRINTABLE.source}|${LINK.source}|${CI_COMMAND.source}`, 'giu');

function truncateAndEscape(text: string, unsafe: RegExp): string {
  const safe = firstUnits(text, 120).replace(unsafe, escapeCharacter);
  return text.length > 120 ? `${safe}… (${text.length} characters)` : safe;
}

/**
 * `\u{9b}`: the one form in which an unprintable or unsafe character of untrusted text is written, in every output. Where the syntax of a
 * receiver does not permit it, that receiver gets it in the full-width form (`toFullWidth`): `＼u{9b}`.
 */
export function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * The full-width form of an ASCII character, such as `＼`: the form of what a receiver would interpret, and has no escape for.
 * - In a stored event, and so on the event bus: double quotes and backslashes, because EventBridge inserts a text into a message without
 *   escaping it, and cannot insert these. `toAscii` restores them for all other receivers.
 * - In texts for chat on the event bus: also what starts a mention, a link or markup, because Slack and Teams have no escape in common.
 */
export function toFullWidth(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + FULL_WIDTH);
}

/** The ASCII character of a full-width form. */
export function toAscii(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) - FULL_WIDTH);
}

const FULL_WIDTH = 0xfee0;

/** Escapes control and invisible characters of a sentence of this product, of any length, that may quote untrusted text. */
export function escapeInvisible(sentence: string): string {
  return sentence.replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, escapeCharacter);
}

/** Compares by UTF-16 code unit, never by locale. For every name that a policy allows, this is the order of code points. */
export function compareByCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `a, b and c` */
export function formatList(items: readonly string[]): string {
  const last = items.at(-1);
  if (last === undefined) return 'nothing';
  return items.length === 1 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** As `formatList`, for the first items: `a, b and 7 more`. */
export function formatFirst(items: readonly string[], max: number): string {
  const more = items.length - max;
  return more > 0 ? formatList([...items.slice(0, max), `${more} more`]) : formatList(items);
}

/** Truncates a text to a number of characters, and says so. */
export function truncate(text: string, max: number): string {
  return text.length > max ? `${firstUnits(text, max)}… (${text.length} characters)` : text;
}

/** As `truncate`, but keeps both ends: `abc… (300 characters) …xyz`. @param formatEnd formats each end */
export function truncateMiddle(text: string, max: number, formatEnd = (end: string): string => end): string {
  if (text.length <= max) return formatEnd(text);
  const half = Math.floor(max / 2);
  return `${formatEnd(firstUnits(text, half))}… (${text.length} characters) …${formatEnd(lastUnits(text, half))}`;
}

/** The first code units of a text, without half of a surrogate pair: consumers refuse half of a pair. */
function firstUnits(text: string, max: number): string {
  return text.slice(0, dividesSurrogatePair(text, max) ? max - 1 : max);
}

function lastUnits(text: string, max: number): string {
  const from = text.length - max;
  return text.slice(dividesSurrogatePair(text, from) ? from + 1 : from);
}

/** Whether a cut at this position divides a surrogate pair. */
function dividesSurrogatePair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}
