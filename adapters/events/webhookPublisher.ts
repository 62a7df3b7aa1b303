import { createHash } from 'node:crypto';
import { type AcceptorEvent, isForPeople } from '../../core/events/event.ts';
import { printableJson } from '../../core/json.ts';
import type { Delivery, Webhook } from '../../run/ports.ts';
import { callSecretUrl, describeStatus } from '../secretUrl.ts';
import { type BodyOptions, createWebhookBody, type WebhookFormat } from './webhookBodies.ts';
import { signWebhook } from './webhookSignature.ts';

/** Where and how to send events. */
export interface WebhookSettings extends BodyOptions {
  readonly format: WebhookFormat;
  /** a secret: everyone who knows it can post there */
  readonly url: URL;
  /** for signatures, in format `json`; empty: the requests are not signed */
  readonly secrets: readonly Buffer[];
}

/** The time limit of one request, in milliseconds. */
const REQUEST_MS = 3000;
/** The time within which the requests for a group of events begin, in milliseconds: with the last one, less than a run reserves for a call. */
const GROUP_MS = 1500;

/**
 * Creates a webhook, which gets each event in a request of its own.
 * @param now the time that the signatures contain
 */
export function createWebhook(settings: WebhookSettings, now: () => Date = () => new Date()): Webhook {
  const { format, url, routingKey } = settings;
  const place = `the ${format} webhook at ${url.origin}/…`;
  return {
    // Of the digest, 64 bits distinguish webhooks, and reveal nothing of a secret that cannot be guessed.
    name: `${format}-${createHash('sha256').update(`${url.href} ${routingKey}`).digest('hex').slice(0, 16)}`,
    description: place,
    publish: async (events) => {
      const end = performance.now() + GROUP_MS;
      const delivered: string[] = [];
      const refused = new Set<string>();
      let problem: string | null = null;
      for (const event of events) {
        if (performance.now() >= end) break;
        const result = await sendEvent(settings, event, now());
        if (result.outcome === 'delivered') delivered.push(event.id);
        else problem ??= `${place} failed: ${result.why}`;
        if (result.outcome === 'refused') refused.add(event.id);
        // A receiver that is down, or that limits the rate, is not called again for each event.
        if (result.outcome === 'postponed') break;
      }
      const settled = new Set([...delivered, ...refused]);
      const postponed = events.map(({ id }) => id).filter((id) => !settled.has(id));
      return {
        delivered,
        postponed,
        problem: problem ?? explainPostponed(postponed, place),
      } satisfies Delivery;
    },
  };
}

function explainPostponed(postponed: readonly string[], place: string): string | null {
  return postponed.length === 0 ? null : `${place} took too long for all of them`;
}

type Sent =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'refused' | 'postponed'; readonly why: string };

async function sendEvent(
  { format, url, secrets, ...options }: WebhookSettings,
  event: AcceptorEvent,
  at: Date,
): Promise<Sent> {
  // An expected result needs no person. A program gets it nevertheless.
  if (format !== 'json' && !isForPeople(event.type)) return { outcome: 'delivered' };
  const body = printableJson(createWebhookBody(format, event, options));
  const signature = format === 'json' ? signWebhook(event.id, at, body, secrets) : {};
  const headers = { 'content-type': 'application/json', ...signature };
  const answer = await callSecretUrl(url, { method: 'POST', headers, body, limitMs: REQUEST_MS });
  if ('failure' in answer) return { outcome: 'postponed', why: answer.failure };
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  return { outcome: CONTENT_REFUSED.has(status) ? 'refused' : 'postponed', why: describeStatus(status) };
}

/** Statuses about the content of one request. All others concern the receiver, so that the next event would fail as well. */
const CONTENT_REFUSED: ReadonlySet<number> = new Set([400, 413, 422]);
