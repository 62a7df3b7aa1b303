import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { WEBHOOK_FORMATS, type WebhookFormat } from '../../adapters/events/webhookBodies.ts';
import { createWebhook, type WebhookSettings } from '../../adapters/events/webhookPublisher.ts';
import { parseSigningSecret, signWebhook } from '../../adapters/events/webhookSignature.ts';
import { type AcceptorEvent, createEvent, toPublishedEvent } from '../../core/events/event.ts';
import type { Webhook } from '../../run/ports.ts';
import { type ApiServer, type Reply, startApi, text } from '../support/apiServer.ts';

const ORIGIN = {
  target: 'acme',
  provider: 'outscale',
  region: 'eu-west-2',
  account: '012345678901',
  policy: { digest: 'sha256:0', revision: 'v1' },
} as const;
const AT = '2026-11-10T11:00:00.000Z';
const NOW = new Date('2026-11-10T11:05:00.900Z');
const SECRET = Buffer.alloc(32, 7);
const OTHER_SECRET = Buffer.alloc(32, 8);
const ROUTING_KEY = 'planted0123456789planted01234567';

/** What a requester could put into a name, to mention people, to place a link or to look like another message. */
const HOSTILE =
  '`\\u{60}<!channel> <!here> @here @everyone <@U012345> <at>all</at> [click](mailto:a@evil.example) <https://evil.example|click> *b* _i_ ~s~ "\\ &lt;';

function anEvent(type: Parameters<typeof createEvent>[0] = 'Request Held', key = 0): AcceptorEvent {
  return createEvent(type, ORIGIN, AT, [key], {
    message: `\`dxvif-1\` (name ${HOSTILE}) is held`,
    request: { id: 'dxvif-1' },
    notification: { who: HOSTILE, why: HOSTILE, byWhen: 'soon', toDo: 'nothing' },
  });
}

async function aReceiver(reply: (earlier: number) => Reply = () => text('ok')): Promise<ApiServer> {
  let calls = 0;
  const api = await startApi(() => {
    calls += 1;
    return reply(calls - 1);
  });
  onTestFinished(() => api.close());
  return api;
}

function webhookTo(
  url: string,
  format: WebhookFormat = 'json',
  more: Partial<WebhookSettings> = {},
): Webhook {
  const routingKey = format === 'pagerduty' ? ROUTING_KEY : null;
  const settings = {
    format,
    url: new URL(url),
    routingKey,
    secrets: [SECRET],
    runbookUrl: () => null,
    ...more,
  };
  return createWebhook(settings, () => NOW);
}

describe('a signature', () => {
  it('is the one that the specification of the headers gives as its example', () => {
    const secret = parseSigningSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const at = new Date(1_614_265_330_000);
    expect(
      signWebhook(
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        at,
        '{"test": 2432232314}',
        secret === null ? [] : [secret],
      ),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it.each([
    '',
    'whsec_',
    'short',
    Buffer.alloc(23).toString('base64'),
    Buffer.alloc(65).toString('base64'),
    'not base64 at all, but long enough!',
  ])('needs a secret of 24 to 64 bytes in base64, unlike `%s`', (written) => {
    expect(parseSigningSecret(written)).toBeNull();
  });
});

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

describe('a webhook', () => {
  it('gets the event in a request of its own, signed by each secret, so that a receiver can change from one to the other', async () => {
    const { url, received } = await aReceiver();
    const [one, two] = [anEvent(), anEvent('Request Held', 1)];
    const delivery = await webhookTo(`${url}/hook`, 'json', { secrets: [SECRET, OTHER_SECRET] }).publish([
      one,
      two,
    ]);
    expect(delivery).toEqual({ delivered: [one.id, two.id], postponed: [], problem: null });
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /hook', 'POST /hook']);
    const [first] = received;
    expect(String(first?.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(JSON.parse(first?.body ?? '')).toEqual(JSON.parse(JSON.stringify(toPublishedEvent(one))));
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      ...signWebhook(one.id, NOW, first?.body ?? '', [SECRET, OTHER_SECRET]),
    });
  });

  it.each<[string, Reply, string, number]>([
    ['an answer about the content, and the next event is sent', text('', 400), 'HTTP 400', 2],
    ['a limited rate', text('', 429), 'HTTP 429', 1],
    ['an error of the receiver', text('', 503), 'HTTP 503', 1],
    ['a wrong URL', text('', 404), 'HTTP 404', 1],
    ['a redirect', text('', 307), 'HTTP 307, a redirect, which is not followed', 1],
    ['a broken connection', { does: 'reset' }, 'ECONNRESET', 1],
    ['no answer', { does: 'hang' }, 'no answer within 3 s', 1],
    ['a connection that is closed without an answer', { does: 'raw', bytes: '' }, 'ECONNRESET', 1],
    ['a change to another protocol', { does: 'raw', bytes: SWITCHING }, 'HTTP 101', 1],
  ])('takes nothing as delivered after %s', async (_, reply, why, calls) => {
    const { url, received } = await aReceiver(() => reply);
    const [one, two] = [anEvent(), anEvent('Request Held', 1)];
    expect(await webhookTo(`${url}/planted`).publish([one, two])).toEqual({
      delivered: [],
      // Only what concerns one event is a refusal of that event.
      postponed: calls === 2 ? [] : [one.id, two.id],
      problem: `the json webhook at ${url}/… failed: ${why}`,
    });
    expect(received).toHaveLength(calls);
  });

  it('reads no more of an answer than its status', async () => {
    const { url } = await aReceiver(() => ({ does: 'pour', status: 200 }));
    const event = anEvent();
    expect((await webhookTo(url).publish([event])).delivered).toEqual([event.id]);
  });

  it('is named without its secrets, and differs from another one', () => {
    const names = [
      webhookTo('https://hooks.example/planted', 'slack').name,
      webhookTo('https://hooks.example/planted2', 'slack').name,
      webhookTo('https://events.example/v2/enqueue', 'pagerduty').name,
    ];
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^(slack|pagerduty)-[0-9a-f]{16}$/);
  });

  it.each(WEBHOOK_FORMATS)('in format %s gets an acceptance only if a program reads it', async (format) => {
    const { url, received } = await aReceiver();
    const accepted = anEvent('Request Accepted');
    expect((await webhookTo(url, format).publish([accepted])).delivered).toEqual([accepted.id]);
    expect(received).toHaveLength(format === 'json' ? 1 : 0);
  });
});

it.each(WEBHOOK_FORMATS)(
  'in format %s a text has its double quotes and escapes as they are',
  async (format) => {
    const event = createEvent('Request Held', ORIGIN, AT, [], {
      message: 'name `a"\\u{1b}` is held',
      notification: { who: '-', why: '-', byWhen: '-', toDo: '-' },
    });
    // What is stored can be inserted into a message by EventBridge.
    expect(event.detail.message).toBe('name `a＂＼u{1b}` is held');
    const message = JSON.stringify(await messageTo(format, event));
    expect(message).toContain(JSON.stringify('name `a"\\u{1b}` is held').slice(1, -1));
    expect(message).not.toMatch(/[＂＼]/);
  },
);

/** The message that a receiver of a format gets about an event. */
async function messageTo(
  format: WebhookFormat,
  event: AcceptorEvent,
  more: Partial<WebhookSettings> = {},
): Promise<unknown> {
  const { url, received } = await aReceiver();
  await webhookTo(url, format, more).publish([event]);
  const [one] = received;
  const signed = Object.keys(one?.headers ?? {}).filter((name) => name.startsWith('webhook-'));
  expect(signed).toHaveLength(format === 'json' ? 3 : 0);
  return JSON.parse(one?.body ?? '');
}

/** What Slack documents for the messages of an incoming webhook, as far as they are used. */
const slackText = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.literal(false),
  });
const SLACK_LINK = z.strictObject({
  type: z.literal('rich_text_section'),
  elements: z.tuple([
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({ type: z.literal('link'), url: z.url(), text: z.string() }),
  ]),
});
const SLACK_MESSAGE = z.strictObject({
  text: z.string().max(4000),
  unfurl_links: z.literal(false),
  unfurl_media: z.literal(false),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('header'), text: slackText(150) }),
        z.strictObject({ type: z.literal('section'), text: slackText(3000) }),
        z.strictObject({ type: z.literal('rich_text'), elements: z.tuple([SLACK_LINK]) }),
      ]),
    )
    .max(50),
});

/** What Teams documents for the cards that a workflow posts, as far as they are used. */
const TEAMS_MESSAGE = z.strictObject({
  type: z.literal('message'),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: z.strictObject({
        $schema: z.string(),
        type: z.literal('AdaptiveCard'),
        version: z.enum(['1.2', '1.3', '1.4']),
        msteams: z.strictObject({ width: z.literal('Full') }),
        body: z.array(
          z.strictObject({
            type: z.literal('RichTextBlock'),
            inlines: z.array(
              z.strictObject({
                type: z.literal('TextRun'),
                text: z.string(),
                weight: z.literal('Bolder').optional(),
                size: z.literal('Medium').optional(),
              }),
            ),
          }),
        ),
        actions: z
          .tuple([
            z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string().max(20), url: z.url() }),
          ])
          .optional(),
      }),
    }),
  ]),
});

/** What the Events API v2 of PagerDuty documents. */
const PAGERDUTY_EVENT = z.strictObject({
  routing_key: z.string().length(32),
  event_action: z.literal('trigger'),
  dedup_key: z.string().max(255),
  payload: z.strictObject({
    summary: z.string().max(1024),
    source: z.string(),
    severity: z.enum(['critical', 'error', 'warning', 'info']),
    timestamp: z.iso.datetime(),
    component: z.string(),
    group: z.string(),
    class: z.string(),
    custom_details: z.record(z.string(), z.string()),
  }),
  links: z.tuple([z.strictObject({ href: z.url(), text: z.string() })]).optional(),
});

/** The text of an event in a message of plain text. */
function messageOf(event: AcceptorEvent): unknown {
  return toPublishedEvent(event).detail.message;
}

const RUNBOOK_PATH = 'docs/runbook.md#request-held';
const RUNBOOK_URL = `https://github.com/acme/vifs/blob/HEAD/${RUNBOOK_PATH}`;
/** As in a package that names its repository. */
const PUBLISHED = { runbookUrl: (path: string) => `https://github.com/acme/vifs/blob/HEAD/${path}` };

function longEvent(): AcceptorEvent {
  const long = '🙂<'.repeat(20_000);
  return createEvent('Request Held', ORIGIN, AT, [], {
    message: long,
    notification: { who: long, why: long, byWhen: long, toDo: long },
  });
}

describe('a message to Slack', () => {
  it('shows text of a requester as it is, with no mention, link or markup', async () => {
    const event = anEvent();
    const { blocks, text: preview } = SLACK_MESSAGE.parse(await messageTo('slack', event));
    expect(blocks.map((block) => (block.type === 'rich_text' ? null : block.text.text))).toEqual([
      'vif-acceptor: Request Held, target acme',
      `What: ${messageOf(event)}`,
      expect.stringMatching(/^Who: /),
      expect.stringMatching(/^Why: /),
      'By when: soon',
      'To do: nothing',
      `Where: outscale, region eu-west-2, account 012345678901; detected at ${AT}`,
      `More: ${RUNBOOK_PATH}`,
    ]);
    // The preview is the one field in which `<…>` has a meaning.
    expect(preview).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  });

  it('links to the runbook if its URL is known, without a button', async () => {
    const { blocks } = SLACK_MESSAGE.parse(await messageTo('slack', anEvent(), PUBLISHED));
    const links = blocks.flatMap((block) =>
      block.type === 'rich_text' ? block.elements[0].elements[1] : [],
    );
    expect(links).toEqual([{ type: 'link', url: RUNBOOK_URL, text: RUNBOOK_PATH }]);
  });

  it('fits the limits, however long the texts of the event are', async () => {
    SLACK_MESSAGE.parse(await messageTo('slack', longEvent()));
  });
});

describe('a message to Teams', () => {
  it('is a card that has text of a requester only in text runs, which have no markdown', async () => {
    const event = anEvent();
    const { attachments } = TEAMS_MESSAGE.parse(await messageTo('teams', event));
    const texts = attachments[0].content.body.map(({ inlines }) => inlines.map(({ text }) => text).join(''));
    expect(texts[1]).toBe(`What: ${messageOf(event)}`);
    expect(texts).toHaveLength(8);
    expect(texts.at(-1)).toBe(`More: ${RUNBOOK_PATH}`);
    expect(attachments[0].content.actions).toBeUndefined();
  });

  it('links to the runbook if its URL is known', async () => {
    const { attachments } = TEAMS_MESSAGE.parse(await messageTo('teams', anEvent(), PUBLISHED));
    expect(attachments[0].content.actions).toMatchObject([{ url: RUNBOOK_URL }]);
  });

  it('has at most 28 KB, however long the texts of the event are', async () => {
    const message = TEAMS_MESSAGE.parse(await messageTo('teams', longEvent()));
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(28_000);
  });
});

describe('an alert of PagerDuty', () => {
  it('has the ID of the event, so that a repeated delivery is no second alert', async () => {
    const event = anEvent();
    expect(PAGERDUTY_EVENT.parse(await messageTo('pagerduty', event))).toMatchObject({
      routing_key: ROUTING_KEY,
      dedup_key: event.id,
      payload: {
        severity: 'warning',
        component: 'acme',
        timestamp: AT,
        custom_details: { to_do: 'nothing', runbook: RUNBOOK_PATH },
      },
    });
  });

  it('links to the runbook if its URL is known', async () => {
    const links = async (more: object) =>
      PAGERDUTY_EVENT.parse(await messageTo('pagerduty', anEvent(), more)).links;
    expect(await links(PUBLISHED)).toMatchObject([{ href: RUNBOOK_URL }]);
    expect(await links({})).toBeUndefined();
  });

  it('fits the limits, however long the texts of the event are', async () => {
    PAGERDUTY_EVENT.parse(await messageTo('pagerduty', longEvent()));
  });

  it.each<[string, AcceptorEvent, string]>([
    ['an expired request', anEvent('Request Expired'), 'critical'],
    ['a near deadline', anEvent('Deadline Near'), 'error'],
    ['runs that fail', anEvent('Run Failed'), 'error'],
    ['a request that was withdrawn', anEvent('Request Ended'), 'info'],
    [
      'a request that somebody else accepted',
      { ...anEvent('Request Ended'), detail: { ...anEvent().detail, as: 'acceptedByOthers' } },
      'critical',
    ],
    ['a type of a later release', { ...anEvent(), type: 'Gateway Missing' }, 'error'],
  ])('about %s is urgent accordingly', async (_, event, severity) => {
    expect(PAGERDUTY_EVENT.parse(await messageTo('pagerduty', event)).payload.severity).toBe(severity);
  });
});
