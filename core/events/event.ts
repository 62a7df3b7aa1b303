import { createHash } from 'node:crypto';
import type { Deadline } from '../deadline.ts';
import { canonicalJson } from '../json.ts';
import type { StoredReason } from '../ledgerEntries.ts';
import type { Recipient } from '../model.ts';
import type { Owner } from '../policy.ts';
import { formatFirst, quote, truncate } from '../printableText.ts';

/** What a person receives about an event: one line each, safe to print; `-` where there is nothing to say. */
export interface Notification {
  readonly who: string;
  readonly why: string;
  readonly byWhen: string;
  /** a command to run, or an action to take */
  readonly toDo: string;
}

export const NOTHING_TO_DO = '-';

/** Names the owner of a connection, or all owners of a shared one, which identifies none of them. */
export function describeConnectionOwner(connection: string | null, owners: readonly Owner[]): string {
  if (connection === null) return 'the API did not return a connection';
  const sharing = owners.filter(({ sharedConnections }) => sharedConnections.includes(connection));
  if (sharing.length > 0) {
    const names = sharing.map(({ name }) => name);
    return `shared connection ${quote(connection)} of owner${names.length === 1 ? '' : 's'} ${formatFirst(names, 5)}`;
  }
  const owner = owners.find(({ connections }) => connections.includes(connection));
  return owner === undefined
    ? `no owner in the policy has connection ${quote(connection)}`
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
  return earliest === null ? `at any time, at the latest ${latest}` : `between ${earliest} and ${latest}`;
}

/** The types of events that runs publish. */
export const RUN_EVENT_TYPES = [
  'Request Accepted',
  'Request Held',
  'Deadline Near',
  'Request Ended',
  'Request Expired',
  'Accepted Interface Not Available',
  'Run Failed',
] as const;

/**
 * The types of events: EventBridge's `detail-type`. Each event is published once. Consumers rely on these names. The last one is
 * published by the watcher of a deployment.
 */
export const EVENT_TYPES = [...RUN_EVENT_TYPES, 'Target Alert'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** The format of `detail`, as docs/events.schema.json describes it. Keys may be added within a format. */
const EVENT_FORMAT = 1;

/** An event: one thing that happened. docs/events.schema.json describes the published form. */
export interface AcceptorEvent {
  /** the same on every delivery of the same event, so that a consumer can drop repeats */
  readonly id: string;
  /** an `EventType`, or a type of a later release that queued the event and could not deliver it */
  readonly type: string;
  /** when the run found it */
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where an event comes from: target, recipient and policy. Every event has these keys. */
export interface EventOrigin extends Recipient {
  readonly target: string;
  readonly policy: { readonly digest: string; readonly revision: string };
}

/** The keys by which an event names a request. */
export interface RequestSummary {
  readonly id: string;
  readonly connection: string | null;
  readonly vlan: number | null;
  readonly name: string | null;
  /** `null` when no run observed it as a request */
  readonly firstSeen: string | null;
  readonly deadline: Deadline;
}

/**
 * @param key distinguishes this event from every other of its type on this target; ended and expired count as one type
 * @param detail what the type adds; `message` is a sentence for people that says what happened
 */
export function createEvent(
  type: EventType,
  origin: EventOrigin,
  at: string,
  key: readonly (string | number | null)[],
  detail: { readonly message: string; readonly notification: Notification } & Readonly<
    Record<string, unknown>
  >,
): AcceptorEvent {
  const { provider, region, account } = origin;
  // Both types of an end share one ID: after an interrupted write the end is published again, and days later its cause may
  // look different.
  const idType = type === 'Request Expired' ? 'Request Ended' : type;
  const id = createHash('sha256')
    .update(canonicalJson([idType, provider, region, account, ...key]))
    .digest('hex')
    .slice(0, 32);
  const { message, notification } = detail;
  const texts = { message: escapeForTemplate(message), notification: escapeNotification(notification) };
  return { id, type, at, detail: { format: EVENT_FORMAT, id, at, ...origin, ...detail, ...texts } };
}

/**
 * Replaces the characters that break an EventBridge input template. EventBridge inserts a value between double quotes without
 * escaping it, so a quote, a backslash or a line break would make the whole notification invalid. A requester could
 * otherwise choose a name that suppresses the notification about its own request.
 */
function escapeForTemplate(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

function escapeNotification({ who, why, byWhen, toDo }: Notification): Notification {
  return {
    who: escapeForTemplate(who),
    why: escapeForTemplate(why),
    byWhen: escapeForTemplate(byWhen),
    toDo: escapeForTemplate(toDo),
  };
}

/** An event in the form in which it is published, to EventBridge and to a file alike; docs/events.schema.json describes it. */
export interface PublishedEvent {
  readonly source: typeof EVENT_SOURCE;
  readonly 'detail-type': AcceptorEvent['type'];
  readonly time: string;
  /** with the stable `id`, by which a receiver drops duplicates */
  readonly detail: AcceptorEvent['detail'];
}

export const EVENT_SOURCE = 'vif-acceptor';

export function toPublishedEvent({ type, at, detail }: AcceptorEvent): PublishedEvent {
  return { source: EVENT_SOURCE, 'detail-type': type, time: at, detail };
}
