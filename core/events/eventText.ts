import { isRecord } from '../decoders.ts';
import { toFullWidth, truncateMiddle } from '../printableText.ts';
import { type AcceptorEvent, NOTHING_TO_DO, restoreAscii } from './event.ts';

/** What a notification says about an event, as plain texts of bounded length. */
export interface EventText {
  readonly what: string;
  readonly who: string;
  readonly why: string;
  readonly byWhen: string;
  readonly toDo: string;
}

/** The most characters of one text. Chat programs refuse long messages as a whole; the event itself has all of it. */
const MAX_CHARACTERS = 1000;

/** The texts of an event, for receivers of which each has fields for plain text. */
export function eventTextOf(event: AcceptorEvent): EventText {
  return boundedTexts(event, restoreAscii);
}

/** The texts of an event. An earlier or later release may have queued it, so a text that is missing is `-`. */
function boundedTexts({ detail }: AcceptorEvent, format: (text: string) => string): EventText {
  const notification = isRecord(detail.notification) ? detail.notification : {};
  const bounded = (value: unknown): string =>
    typeof value === 'string' && value !== '' ? format(truncateMiddle(value, MAX_CHARACTERS)) : NOTHING_TO_DO;
  return {
    what: bounded(detail.message),
    who: bounded(notification.who),
    why: bounded(notification.why),
    byWhen: bounded(notification.byWhen),
    toDo: bounded(notification.toDo),
  };
}

/** The texts of an event for programs that render markdown, such as Slack and Teams behind Amazon Q Developer. */
interface ChatText extends EventText {
  /** the messages about one request form a thread */
  readonly thread: string;
}

/** The texts of an event in which no part is a mention, a link or markup of a chat program. */
export function chatTextOf(event: AcceptorEvent): ChatText {
  return { ...boundedTexts(event, neutralizeMarkup), thread: threadOf(event) };
}

function threadOf({ detail }: AcceptorEvent): string {
  const about = detail.request ?? detail.interface;
  const id = isRecord(about) && typeof about.id === 'string' ? about.id : 'run';
  return `${String(detail.target)}/${id}`.replaceAll(/[^\w/-]/g, '-').slice(0, 200);
}

/** Characters that Slack and Teams take for the start of a mention or a link, wherever they are. */
const ACTIVE = /[<>&]/g;
/** Further characters that one of them takes for markup, also in a quotation. */
const MARKUP = /[<>&@*_~|[\]]/g;

/**
 * Replaces the characters that a chat program does not show as they are by their full-width forms, such as `＜`. Text of a
 * requester is always quoted in backticks; outside of them, only what starts a mention or a link is replaced, so that commands
 * can be copied. `toFullWidth` says why they are not escaped otherwise.
 */
export function neutralizeMarkup(text: string): string {
  const parts = text.split('`');
  // Fail closed: after a truncation, a quotation may have lost one of its backticks, so that all text counts as quoted.
  const isPaired = parts.length % 2 === 1;
  return parts
    .map((part, i) => part.replace(isPaired && i % 2 === 0 ? ACTIVE : MARKUP, toFullWidth))
    .join('`');
}
