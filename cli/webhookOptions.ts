import { WEBHOOK_FORMATS, type WebhookFormat } from '../adapters/events/webhookBodies.ts';
import { createWebhook, type WebhookSettings } from '../adapters/events/webhookPublisher.ts';
import { parseSigningSecret } from '../adapters/events/webhookSignature.ts';
import { parseSecretUrl } from '../adapters/secretUrl.ts';
import { locateRunbook } from '../language/index.ts';
import type { Webhook } from '../run/ports.ts';
import { UsageError } from './options.ts';

/** Variable with the webhooks, separated by white space. Their URLs are secrets, and the variable keeps them out of the process list. */
export const NOTIFY_VARIABLE = 'VIF_ACCEPTOR_NOTIFY_URL';
/** Variable with the secrets of signatures, separated by white space: two while a receiver changes from one to the other. */
const NOTIFY_SECRET_VARIABLE = 'VIF_ACCEPTOR_NOTIFY_SECRET';

const MOST_WEBHOOKS = 8;
const MOST_SECRETS = 2;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the webhooks that get each event: those of the options, or else those of the environment. Each is `FORMAT:URL`, or only a
 * URL for format `json`.
 * @throws UsageError, which repeats no URL and no secret: with them, others could post false notifications
 */
export function readWebhooks(options: readonly string[], env: Environment): readonly Webhook[] {
  const [setting, texts] =
    options.length > 0 ? ['--notify', options] : [NOTIFY_VARIABLE, splitWords(env[NOTIFY_VARIABLE])];
  if (texts.length > MOST_WEBHOOKS)
    throw new UsageError(`${setting} names ${texts.length} webhooks; name at most ${MOST_WEBHOOKS}`);
  const places = texts.map((text) => parseWebhook(text, setting));
  const secrets = places.some(({ format }) => format === 'json') ? readSecrets(env) : [];
  const runbookUrl = places.length === 0 ? () => null : locateRunbook().urlOf;
  const webhooks = places.map((place) => createWebhook({ ...place, secrets, runbookUrl }));
  // A webhook that is named twice would get each event twice.
  return [...new Map(webhooks.map((webhook) => [webhook.name, webhook])).values()];
}

function splitWords(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function parseWebhook(text: string, setting: string): Pick<WebhookSettings, 'format' | 'url' | 'routingKey'> {
  const named = WEBHOOK_FORMATS.find((format) => text.startsWith(`${format}:`));
  const format: WebhookFormat = named ?? 'json';
  const url = parseSecretUrl(named === undefined ? text : text.slice(named.length + 1));
  if (url === null)
    throw new UsageError(
      `${setting} must be a URL such as \`https://hooks.example/TOKEN\`, or such a URL after ${WEBHOOK_FORMATS.map((one) => `\`${one}:\``).join(', ')}: ` +
        'https, or http on loopback, without user name and password',
    );
  return format === 'pagerduty'
    ? { format, ...takeRoutingKey(url, setting) }
    : { format, url, routingKey: null };
}

/** Takes the key of PagerDuty's integration out of the query of its URL: the key belongs into the body, and the URL has no other query. */
function takeRoutingKey(url: URL, setting: string): Pick<WebhookSettings, 'url' | 'routingKey'> {
  const routingKey = url.searchParams.get('routing_key') ?? '';
  if (!/^[A-Za-z0-9]{32}$/.test(routingKey))
    throw new UsageError(
      `${setting} must name the integration key of PagerDuty, 32 letters and digits: \`pagerduty:https://events.pagerduty.com/v2/enqueue?routing_key=KEY\``,
    );
  return { url: new URL(url.pathname, url.origin), routingKey };
}

function readSecrets(env: Environment): Buffer[] {
  const texts = splitWords(env[NOTIFY_SECRET_VARIABLE]);
  const secrets = texts.map(parseSigningSecret).filter((secret) => secret !== null);
  // Fail closed: a receiver could not distinguish a request without a signature from one that somebody else sends.
  if (secrets.length === 0 || secrets.length < texts.length || secrets.length > MOST_SECRETS)
    throw new UsageError(
      `${NOTIFY_SECRET_VARIABLE} must be the secret for the signatures of a \`json\` webhook, 24 to 64 bytes in base64, or two of them while you ` +
        'replace one: create it with `openssl rand -base64 32`',
    );
  return secrets;
}
