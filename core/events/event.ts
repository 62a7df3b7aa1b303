import { createHash } from 'node:crypto';
import type { Deadline } from '../deadline.ts';
import { canonicalJson } from '../json.ts';
import type { StoredReason } from '../ledgerEntries.ts';
import type { Recipient } from '../model.ts';
import type { Owner } from '../policy.ts';
import { formatFirst, quote, truncate } from '../printableText.ts';

/** What whoever is woken needs to know, a line each, safe to print; `-` where there is nothing to say. */
export interface Notification {
  readonly who: string;
  readonly why: string;
  readonly byWhen: string;
  /** what to type, or to do */
  readonly toDo: string;
}

export const NOTHING_TO_DO = '-';

/** By its connection, which alone identifies. */
export function describeConnectionOwner(connection: string | null, owners: readonly Owner[]): string {
  if (connection === null) return 'the API names no connection';
  const owner = owners.find(({ connections }) => connections.includes(connection));
  return owner === undefined
    ? `nobody in the policy has connection ${quote(connection)}`
    : `${describeOwner(owner.name, owners)}, on connection ${quote(connection)}`;
}

/** `owner acme (noc@acme.example)` */
export function describeOwner(name: string, owners: readonly Owner[]): string {
  const contact = owners.find((owner) => owner.name === name)?.contact ?? null;
  return `owner ${name}${contact === null ? '' : ` (${truncate(quote(contact).slice(1, -1), 100)})`}`;
}

export function summarizeReasons(reasons: readonly StoredReason[]): string {
  return reasons.length === 0
    ? '-'
    : formatFirst(
        reasons.map(({ message }) => message),
        5,
      );
}

export function describeDeadline({ earliest, latest }: Deadline): string {
  if (latest === null) return 'it does not expire';
  return earliest === null ? `any moment, ${latest} at the latest` : `between ${earliest} and ${latest}`;
}

/** What is told to whoever listens, once each: EventBridge's `detail-type`. Names are relied on by others. */
export const EVENT_TYPES = [
  'Request Accepted',
  'Request Held',
  'Deadline Near',
  'Request Ended',
  'Request Expired',
  'Accepted Interface Not Available',
  'Pass Failed',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** The format of `detail`, as docs/events.schema.json describes it. Keys may be added within a format. */
const EVENT_FORMAT = 1;

/** One thing that happened. docs/events.schema.json describes what leaves the house. */
export interface AcceptorEvent {
  /** the same for the same thing however often it is delivered: a reader drops repeats by it */
  readonly id: string;
  /** an `AnnouncementType`, or one of a later release that could not deliver it */
  readonly type: string;
  /** when the pass found it out */
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What every announcement says of where it comes from. */
export interface EventOrigin extends Recipient {
  readonly target: string;
  readonly policy: { readonly digest: string; readonly revision: string };
}

/** How an announcement names a request. */
export interface RequestSummary {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null` when it was never seen as a request */
  readonly firstSeen: string | null;
  readonly deadline: Deadline;
}

/**
 * @param key what tells this thing from every other of its type on this target; ended and expired are one type
 * @param detail what the type adds; `message` is a sentence for people: what happened
 */
export function createEvent(
  type: EventType,
  origin: EventOrigin,
  at: string,
  key: readonly (string | number | null)[],
  detail: { readonly message: string; readonly forPeople: Notification } & Readonly<Record<string, unknown>>,
): AcceptorEvent {
  const { provider, region, account } = origin;
  // An end has one ID, whatever it is taken for: told again after a cut write, days later, it may look like another.
  const told = type === 'Request Expired' ? 'Request Ended' : type;
  const id = createHash('sha256')
    .update(canonicalJson([told, provider, region, account, ...key]))
    .digest('hex')
    .slice(0, 32);
  const { message, forPeople } = detail;
  const texts = { message: quotable(message), forPeople: quotableAll(forPeople) };
  return { id, type, at, detail: { format: EVENT_FORMAT, id, at, ...origin, ...detail, ...texts } };
}

/**
 * EventBridge puts a value between the double quotes of a line as it is: one with a quote, a backslash or a line break in it
 * would spoil the whole message, and with a well-chosen name a request could keep itself from being told.
 */
function quotable(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function quotableAll({ who, why, byWhen, toDo }: Notification): Notification {
  return { who: quotable(who), why: quotable(why), byWhen: quotable(byWhen), toDo: quotable(toDo) };
}
