import { execFile } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWebhook } from '../../adapters/events/webhookPublisher.ts';
import { createEvent } from '../../core/events/event.ts';
import { type ApiServer, startApi, text } from '../support/apiServer.ts';
import { folderWith } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../docs/notifications.md'), 'utf8');
const run = promisify(execFile);

/** A code block of the page, by its language and a text in it. */
function codeOf(language: string, part: string): string {
  const blocks = [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = blocks.find(([, name, code = '']) => name === language && code.includes(part));
  if (found?.[2] === undefined)
    throw new Error(`docs/notifications.md has no ${language} block with ${part}`);
  return found[2];
}

async function aReceiver(): Promise<ApiServer> {
  const api = await startApi(() => text('ok'));
  onTestFinished(() => api.close());
  return api;
}

describe.skipIf(!isInstalled('python3'))('the example of a receiver in Python', () => {
  const SECRET = Buffer.alloc(32, 7);
  const OTHER = Buffer.alloc(32, 9);

  /** What the example says about a request that was sent to this receiver. */
  async function isGenuine({ received }: ApiServer, secret: Buffer, change = ''): Promise<string> {
    const [request] = received;
    const program = `
import json, sys
${codeOf('python', 'is_genuine')}
request = json.loads(sys.argv[1])
headers, body = request["headers"], request["body"].encode()
${change}
print(is_genuine(headers, body, request["secret"]))
`;
    const given = { headers: request?.headers, body: request?.body, secret: secret.toString('base64') };
    return (await run('python3', ['-c', program, JSON.stringify(given)])).stdout.trim();
  }

  it('verifies a request by either secret, and no other, changed or old one', async () => {
    const receiver = await aReceiver();
    const settings = {
      format: 'json',
      url: new URL(receiver.url),
      routingKey: null,
      runbookUrl: () => null,
    } as const;
    const origin = {
      target: 'acme',
      provider: 'aws',
      region: 'eu-west-3',
      account: '012345678901',
      policy: { digest: 'sha256:0', revision: 'v1' },
    } as const;
    const notification = { who: 'é', why: '🙂', byWhen: '-', toDo: '-' };
    const event = createEvent('Request Held', origin, new Date().toISOString(), [], {
      message: 'é',
      notification,
    });
    await createWebhook({ ...settings, secrets: [SECRET, OTHER] }).publish([event]);
    expect(await isGenuine(receiver, SECRET)).toBe('True');
    expect(await isGenuine(receiver, OTHER)).toBe('True');
    expect(await isGenuine(receiver, Buffer.alloc(32, 1))).toBe('False');
    expect(await isGenuine(receiver, SECRET, 'body += b" "')).toBe('False');
    expect(await isGenuine(receiver, SECRET, 'headers["webhook-timestamp"] = "1000000000"')).toBe('False');
    expect(await isGenuine(receiver, SECRET, 'headers["webhook-id"] = "other"')).toBe('False');
  });
});

describe.skipIf(!isInstalled('jq') || !isInstalled('curl'))(
  'the example of vif-acceptor-notify for Slack',
  () => {
    it('sends subject and text, in which nothing is a mention', async () => {
      const { url, received } = await aReceiver();
      const dir = folderWith({
        'slack.conf': `url = "${url}/hook"\n`,
        notify: codeOf('sh', 'vif-acceptor-notify SUBJECT').replace(
          /\/etc\/vif-acceptor\/slack$/m,
          './slack.conf',
        ),
      });
      chmodSync(join(dir, 'notify'), 0o755);
      const child = run(join(dir, 'notify'), ['unit failed'], { cwd: dir });
      child.child.stdin?.end('line "1"\n<!channel> & `name`\n');
      await child;
      expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /hook']);
      expect(JSON.parse(received[0]?.body ?? '')).toEqual({
        text: 'unit failed\nline "1"\n&lt;!channel&gt; &amp; `name`\n',
      });
    });
  },
);
