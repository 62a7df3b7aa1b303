import {
  type AcceptorEvent,
  EVENT_SOURCE,
  runbookPathOf,
  toPublishedEvent,
} from '../../core/events/event.ts';
import { type EventText, eventTextOf } from '../../core/events/eventText.ts';
import { truncateMiddle } from '../../core/printableText.ts';

/** The forms in which a webhook can get an event. */
export const WEBHOOK_FORMATS = ['json', 'slack', 'teams', 'pagerduty'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** What a body contains beside its event. */
export interface BodyOptions {
  /** PagerDuty's key of an integration, a secret; `null` for the other formats */
  readonly routingKey: string | null;
  /** the URL of a place of the runbook; `null`: it is not known, so that a message has only its path */
  readonly runbookUrl: (path: string) => string | null;
}

/**
 * The body of the request that reports an event. A form for people has text of an event only in fields that the program shows as plain
 * text, so that text of a requester is never a mention, a link or markup there. Its one link, to the runbook, is in a field for links.
 */
export function createWebhookBody(
  format: WebhookFormat,
  event: AcceptorEvent,
  { routingKey, runbookUrl }: BodyOptions,
): unknown {
  const path = runbookPathOf(event);
  const runbook = { path, url: runbookUrl(path) };
  switch (format) {
    case 'json':
      return toPublishedEvent(event);
    case 'slack':
      return slackMessage(event, runbook);
    case 'teams':
      return teamsMessage(event, runbook);
    case 'pagerduty':
      return pagerDutyEvent(event, runbook, routingKey);
    default:
      return format satisfies never;
  }
}

/** The place of the runbook that an event leads to. */
interface RunbookLink {
  readonly path: string;
  readonly url: string | null;
}

/** The lines of a message for people, each with its label. */
function linesOf(event: AcceptorEvent): (readonly [label: string, text: string])[] {
  const { what, who, why, byWhen, toDo }: EventText = eventTextOf(event);
  const { provider, region, account } = event.detail;
  return [
    ['What', what],
    ['Who', who],
    ['Why', why],
    ['By when', byWhen],
    ['To do', toDo],
    ['Where', `${provider}, region ${region}, account ${account}; detected at ${event.at}`],
  ];
}

function titleOf({ type, detail }: AcceptorEvent): string {
  return `${EVENT_SOURCE}: ${type}, target ${detail.target}`;
}

/** Slack refuses a longer header. */
const MOST_HEADER = 150;

/** A message with blocks of `plain_text`, in which Slack interprets neither markup nor mentions. */
function slackMessage(event: AcceptorEvent, { path, url }: RunbookLink): unknown {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  return {
    // Only the preview of a message, in which Slack interprets `<…>`.
    text: escapeForSlack(`${titleOf(event)}: ${eventTextOf(event).what}`),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(titleOf(event).slice(0, MOST_HEADER)) },
      ...linesOf(event).map(([label, text]) => ({ type: 'section', text: plain(`${label}: ${text}`) })),
      url === null ? { type: 'section', text: plain(`More: ${path}`) } : slackLink('More: ', url, path),
    ],
  };
}

/** A link without a button: Slack shows a warning beside every button of an app that answers no clicks. */
function slackLink(label: string, url: string, text: string): unknown {
  const elements = [
    { type: 'text', text: label },
    { type: 'link', url, text },
  ];
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

function escapeForSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A message with an adaptive card of text runs, in which Teams interprets no markdown, unlike in a text block. */
function teamsMessage(event: AcceptorEvent, { path, url }: RunbookLink): unknown {
  const run = (text: string, more: object = {}) => ({ type: 'TextRun', text, ...more });
  const paragraph = (...inlines: object[]) => ({ type: 'RichTextBlock', inlines });
  const labelled = (label: string, text: string) =>
    paragraph(run(`${label}: `, { weight: 'Bolder' }), run(text));
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            paragraph(run(titleOf(event), { weight: 'Bolder', size: 'Medium' })),
            ...linesOf(event).map(([label, text]) => labelled(label, text)),
            ...(url === null ? [labelled('More', path)] : []),
          ],
          ...(url === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Runbook', url }] }),
        },
      },
    ],
  };
}

type Severity = 'critical' | 'error' | 'warning' | 'info';

/** How urgent an event is. A type that is not listed, such as one of a later release, is an error. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  'Request Held': 'warning',
  'Request Ended': 'info',
  'Request Expired': 'critical',
  'Unexpected Routes': 'critical',
};

function severityOf({ type, detail }: AcceptorEvent): Severity {
  // Somebody in the recipient's account accepted a request without this product.
  if (type === 'Request Ended' && detail.as === 'acceptedByOthers') return 'critical';
  return SEVERITIES[type] ?? 'error';
}

/** PagerDuty cuts a summary after 1,024 characters. */
const MOST_SUMMARY = 980;

/** An alert of the Events API v2. Its key is the event's ID, so that a repeated delivery creates no second alert. */
function pagerDutyEvent(
  event: AcceptorEvent,
  { path, url }: RunbookLink,
  routingKey: string | null,
): unknown {
  const { target, provider, region, account } = event.detail;
  const { what, who, why, byWhen, toDo } = eventTextOf(event);
  return {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: event.id,
    payload: {
      summary: truncateMiddle(`${titleOf(event)}: ${what}`, MOST_SUMMARY),
      source: `${EVENT_SOURCE}/${target}`,
      severity: severityOf(event),
      timestamp: event.at,
      component: target,
      group: `${provider}/${region}/${account}`,
      class: event.type,
      custom_details: { what, who, why, by_when: byWhen, to_do: toDo, runbook: path },
    },
    ...(url === null ? {} : { links: [{ href: url, text: 'Runbook' }] }),
  };
}
