import { createHash } from 'node:crypto';
import type { Deadline } from '../deadline.ts';
import { isRecord } from '../decoders.ts';
import { canonicalJson } from '../json.ts';
import type { StoredReason } from '../ledgerEntries.ts';
import type { Recipient } from '../model.ts';
import type { Owner } from '../policy.ts';
import { formatFirst, quote, toAscii, toFullWidth, truncate } from '../printableText.ts';
import { runbookPath } from '../runbook.ts';

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
  'Unexpected Routes',
  'Run Failed',
] as const;

/**
 * The types of events: EventBridge's `detail-type`. Each event is published once. Consumers rely on these names. The last one is
 * published by the watcher of a deployment.
 */
export const EVENT_TYPES = [...RUN_EVENT_TYPES, 'Target Alert'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/**
 * Events without a notification to people. An acceptance is the expected result and needs no action: it is on the dashboard, in the
 * receipts and on the event bus. All other types cause notifications, including types that are added later.
 */
export const NOT_FOR_PEOPLE: readonly EventType[] = ['Request Accepted'];

/** Whether people get a notification about events of a type. */
export function isForPeople(type: AcceptorEvent['type']): boolean {
  return !NOT_FOR_PEOPLE.some((one) => one === type);
}

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
 * otherwise choose a name that suppresses the notification about its own request. It is done before an event is stored, because an
 * earlier release may publish it.
 */
function escapeForTemplate(text: string): string {
  return text.replaceAll(/["\\]/g, toFullWidth).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** A text of an event with the double quotes and backslashes that `escapeForTemplate` replaced. */
export function restoreAscii(text: string): string {
  return text.replaceAll(/[＂＼]/g, toAscii);
}

function escapeNotification({ who, why, byWhen, toDo }: Notification): Notification {
  const write = escapeForTemplate;
  return { who: write(who), why: write(why), byWhen: write(byWhen), toDo: write(toDo) };
}

/**
 * The event with a sentence at the end of its message and of the reason in its notification, and with more keys in its detail.
 * @param toDo replaces the advice of its notification; `null`: that stays
 */
export function appendToEvent<E extends AcceptorEvent>(
  event: E,
  sentence: string,
  toDo: string | null,
  more: Readonly<Record<string, unknown>>,
): E {
  const { message, notification } = event.detail;
  const added = escapeForTemplate(sentence);
  const append = (text: unknown): string =>
    typeof text !== 'string' || text === '-' ? added : `${text}; ${added}`;
  const advice = toDo === null ? {} : { toDo: escapeForTemplate(toDo) };
  const texts = isRecord(notification)
    ? {
        message: append(message),
        notification: { ...notification, why: append(notification.why), ...advice },
      }
    : { message: append(message) };
  return { ...event, detail: { ...event.detail, ...more, ...texts } };
}

/** An event in the form in which it is published, to EventBridge, files and webhooks alike; docs/events.schema.json describes it. */
export interface PublishedEvent {
  readonly source: typeof EVENT_SOURCE;
  readonly 'detail-type': AcceptorEvent['type'];
  readonly time: string;
  /** with the stable `id`, by which a receiver drops duplicates */
  readonly detail: AcceptorEvent['detail'];
}

export const EVENT_SOURCE = 'vif-acceptor';

/**
 * The form for the event bus. The place of the runbook is added at publication and not stored, so that an event that an earlier release
 * queued has it too.
 */
export function toBusEvent(event: AcceptorEvent): PublishedEvent {
  const { type, at, detail } = event;
  const runbook = runbookPathOf(event);
  return { source: EVENT_SOURCE, 'detail-type': type, time: at, detail: { ...detail, runbook } };
}

/** The form for files and webhooks, where a text may have any character. */
export function toPublishedEvent(event: AcceptorEvent): PublishedEvent {
  const { detail, ...published } = toBusEvent(event);
  const restore = (value: unknown): unknown => (typeof value === 'string' ? restoreAscii(value) : value);
  const { message, notification } = detail;
  const texts = isRecord(notification)
    ? Object.fromEntries(Object.entries(notification).map(([key, text]) => [key, restore(text)]))
    : notification;
  return { ...published, detail: { ...detail, message: restore(message), notification: texts } };
}

/**
 * The place of the runbook that says what to do about an event: the heading of its type, or of its alert, whose code is the anchor. If an
 * alarm has the same title as a type, it is the heading of the alarm, which comes first and says more.
 */
export function runbookPathOf({ type, detail }: AcceptorEvent): string {
  if (type === 'Target Alert') return runbookPath(String(detail.alert));
  return runbookPath(isForPeople(type) ? type : 'Notifications');
}
