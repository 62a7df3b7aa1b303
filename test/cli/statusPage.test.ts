import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderStatusPage } from '../../cli/status/htmlPage.ts';
import { html, prose } from '../../cli/status/htmlTemplate.ts';
import { VERIFY_OWNER } from '../../core/operatorAdvice.ts';
import type { Emulator } from '../../emulator/emulator.ts';
import { ACME, actAs, RECIPIENT_ACCOUNT, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { type CommandResult, folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';

const POLICY = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const HOSTILE = `<img src=x onerror=alert(1)>"</style>'&\u001b[2J\u202Egpj.\`x`;

async function write(cloud: Emulator, file: string, files = {}): Promise<CommandResult & { dir: string }> {
  const dir = folderWith({ 'policy/hub.yaml': POLICY, ...files });
  const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
  return { dir, ...(await runCli(dir, ['status', ...where, '--html', file])) };
}

/** The page of one request that would be accepted, a hostile one, an ungranted and an acceptance. */
async function richPage(): Promise<string> {
  const cloud = await startTestCloud();
  const unknown = actAs(cloud, UNKNOWN_REQUESTER);
  await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 101 });
  const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
  const dir = folderWith({ 'policy/hub.yaml': POLICY });
  await runCli(dir, ['run', ...where]);
  const ungranted = await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 103 });
  await actAs(cloud, RECIPIENT_ACCOUNT).confirm(ungranted, PROD);
  await actAs(cloud, ACME).offer({ connection: ACME_1, vlan: 104 });
  await unknown.offer({ connection: UNKNOWN_CONNECTION, vlan: 102, name: HOSTILE });
  const { code } = await runCli(dir, ['status', ...where, '--html', 'status.html']);
  expect(code).toBe(0);
  return readFileSync(join(dir, 'status.html'), 'utf8');
}

/** Names of elements in the order of their start tags; throws for an end tag without a start tag. */
function elements(text: string): string[] {
  const open: string[] = [];
  const all: string[] = [];
  const body = text.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '<style></style>');
  for (const [tag, end, name = '', attributes = ''] of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"<>]*")*|[^>]*?)\s*\/?>/gi,
  )) {
    if (end === '/') {
      if (open.pop() !== name) throw new Error(`${tag} closes what is not open`);
      continue;
    }
    if (!/^((\s+[a-z0-9-]+="[^"<>]*"))*$/i.test(attributes)) throw new Error(`odd attributes: ${tag}`);
    all.push(name);
    if (!(['meta', 'br'].includes(name) || tag.endsWith('/>'))) open.push(name);
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(' ')}`);
  return all;
}

describe('status --html', () => {
  it('writes one self-contained page, which forbids the browser to load anything', async () => {
    const text = await richPage();
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(new Set(elements(text))).not.toContain('script');
    for (const name of [
      'script',
      'link',
      'img',
      'iframe',
      'object',
      'form',
      'input',
      'use',
      'image',
      'base',
    ]) {
      expect(elements(text)).not.toContain(name);
    }
    expect(text).not.toMatch(/\s(src|srcset|on[a-z]+|style|action|xlink:href)=["'][^<]*>/i);
    expect(text.match(/href="[^"]*"/g)?.filter((href) => !href.startsWith('href="#t'))).toEqual([]);
    expect(text).not.toMatch(/url\(|@import|@font-face/);
  });

  it('is accessible: headings, table headers and a sentence for each line of the timeline', async () => {
    const text = await richPage();
    const headings = elements(text).filter((name) => /^h[1-6]$/.test(name));
    expect(headings[0]).toBe('h1');
    expect(headings.every((name, i) => i === 0 || Number(name[1]) <= Number(headings[i - 1]?.[1]) + 1)).toBe(
      true,
    );
    expect(text.match(/<th(?![^>]*scope=)[ >]/g)).toBeNull();
    expect(text.match(/<svg class="track" role="img"><title>[^<]+<\/title>/g)).toHaveLength(2);
    expect(text).toMatch(/; it expires between [\d-]+ [\d:]+ and [\d-]+ [\d:]+<\/title>/);
    expect(text).toMatch(/@media screen and \(prefers-color-scheme: dark\)/);
    expect(text).toMatch(/@media print/);
  });

  it('draws an unknown expiry as open from now on, and says so', async () => {
    const cloud = await startTestCloud();
    await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
    const { dir } = await write(cloud, 'status.html');
    const text = readFileSync(join(dir, 'status.html'), 'utf8');
    const [track = ''] = text.match(/<svg class="track".*<\/svg>/) ?? [];
    expect(track).toMatch(/it may expire at any moment, at [\d-]+ [\d:]+ at the latest<\/title>/);
    expect(track).toMatch(/<line class="unknown" x1="50(\.\d+)?%" x2="98(\.\d+)?%"/);
    expect(track).not.toContain('class="ends"');
    expect(text).toMatch(/<tr role="row" class="now">/);
    expect(text).toMatch(
      /<li class="now"><svg class="key"[^>]*>.*class="unknown"[^\n]*may expire at any moment/,
    );
    expect(text).toMatch(
      /<ul class="first"><li><code>dxvif-\w+<\/code> of <code>hub<\/code> may expire at any moment, at [\d-]+ [\d:]+ UTC at the latest: /,
    );
  });

  it('states at the top that it is a snapshot, with its time', async () => {
    const text = await richPage();
    expect(text).toMatch(
      /<p class="as-of">[^\n]*snapshot of <b><time datetime="[^"]+Z">[\d-]+ [\d:]+<\/time> UTC<\/b>[^\n]*does not update itself/,
    );
    // An absolute time stays correct, so it comes before the relative one.
    expect(text).toMatch(/<dt>Expires<\/dt><dd><time /);
    expect(text).toMatch(/<td role="cell" class="when"><time /);
  });

  it('explains each colour of the bars in that colour', async () => {
    const text = await richPage();
    // One is held and expires late, one would be accepted: none is near expiry.
    const bars = [...text.matchAll(/<tr role="row" class="(\w+)">.*?<\/tr>/gs)];
    const drawn = bars.flatMap(([row, urgency]) =>
      ['ends', 'unknown']
        .filter((kind) => row.includes(`class="${kind}"`))
        .map((kind) => `${urgency} ${kind}`),
    );
    const explained = [
      ...text.matchAll(/<li class="(\w+)"><svg class="key"[^>]*>.*?class="(ends|unknown)"/g),
    ];
    expect(drawn.length).toBeGreaterThan(0);
    expect(new Set(explained.map(([, urgency, kind]) => `${urgency} ${kind}`))).toEqual(new Set(drawn));
  });

  it('shows text of requesters without markup or control characters', async () => {
    const text = await richPage();
    expect(text).toContain(
      '&lt;img src=x onerror=alert(1)&gt;&quot;&lt;/style&gt;&#39;&amp;\\u{1b}[2J\\u{202e}gpj.\\u{60}x',
    );
    expect(text).not.toContain('<img');
    expect(text.match(/<\/style>/g)).toHaveLength(1);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });

  it('shows the number of pending requests at the top, and accepted and ungranted interfaces below', async () => {
    const text = await richPage();
    expect(text).toContain('<h1>2 requests pending</h1>');
    expect(text).toMatch(/<title>2 requests pending · vif-acceptor<\/title>/);
    expect(text).toMatch(/<h3>Accepted since [\d-]+<\/h3>/);
    expect(text).toContain('acme.default');
    expect(text).toContain('<h3>Ungranted: live on gateways of the policy, without a grant</h3>');
    expect(text).toContain(
      '<b>unknown-requester</b> no owner in the policy has connection <code>dxcon-9f9f9f9f</code>',
    );
    expect(text).toContain(`<b>To do:</b> ${VERIFY_OWNER}`);
    expect(text).not.toContain('confirm-private-virtual-interface');
  });

  it('is written although the run failed, shows that first, and exits with 1', async () => {
    const cloud = await startTestCloud();
    await cloud.close();
    const { dir, code } = await write(cloud, 'status.html');
    expect(code).toBe(1);
    const text = readFileSync(join(dir, 'status.html'), 'utf8');
    expect(text).toContain('<h1>Nothing is known to be pending</h1>');
    expect(text).toMatch(/<h2>Failures<\/h2><ul><li><b>hub<\/b> api: [^<]*unreachable/);
    expect(text).toContain('the API could not be listed: these pending requests are from the ledger');
    expect(elements(text)).toContain('main');
  });

  it('is readable by its owner only, and keeps the permissions of a page that it replaces', async () => {
    const cloud = await startTestCloud();
    const { dir, stderr } = await write(cloud, 'new.html');
    expect(statSync(join(dir, 'new.html')).mode & 0o777).toBe(0o600);
    expect(stderr).toBe('wrote new.html\n');

    const published = folderWith({ 'policy/hub.yaml': POLICY, 'www/status.html': 'old' });
    chmodSync(join(published, 'www/status.html'), 0o644);
    const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
    await runCli(published, ['status', ...where, '--html', 'www/status.html']);
    expect(readFileSync(join(published, 'www/status.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expect(statSync(join(published, 'www/status.html')).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(published, 'www'))).toEqual(['status.html']);
  });

  it.each([
    ['a folder that is not there', 'no/such/status.html', /folder `no\/such` does not exist; create it/],
    ['a folder', 'policy', /`policy` exists and is not a file; name another/],
    ['a device', '/dev/null', /`\/dev\/null` exists and is not a file; name another/],
  ])('refuses %s before it asks anybody', async (_, file, message) => {
    const cloud = await startTestCloud();
    const { code, stdout, stderr } = await write(cloud, file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(cloud.calls()).toEqual([]);
  });

  it('reports a page that cannot be written', async () => {
    const cloud = await startTestCloud();
    const dir = folderWith({ 'policy/hub.yaml': POLICY });
    mkdirSync(join(dir, 'www'));
    const where = ['--endpoint', cloud.url, '--gateway-endpoint', cloud.url, '--ledger', 'ledger.json'];
    // Longer than a file name may be, with the suffix that it has while it is written.
    const name = `www/${'x'.repeat(240)}`;
    const { code, stderr } = await runCli(dir, ['status', ...where, '--html', name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be written \(ENAMETOOLONG\); fix the permissions of its folder/);
  });
});

describe('the status page', () => {
  it('lists invalid policies, and shows the other targets', async () => {
    const cloud = await startTestCloud();
    const files = { 'policy/hub.yaml': POLICY, 'policy/lost.yaml': 'version: 1\n' };
    const dir = folderWith(files);
    const where = ['--endpoint', cloud.url, '--ledger', 'ledger.json'];
    expect((await runCli(dir, ['status', ...where, '--html', 'status.html'])).code).toBe(3);
    const shown = readFileSync(join(dir, 'status.html'), 'utf8');
    expect(shown).toContain('<body class="bad">');
    expect(shown).toContain('<h1>Nothing is known to be pending</h1>');
    expect(shown).toMatch(/Failures.*policy\/lost\.yaml:1:1 recipient: key .* is missing;.*not shown here/s);
    expect(shown).toMatch(/<h2>hub /);
  });

  it('is a complete page without any target', () => {
    expect(elements(renderStatusPage([], []))).toContain('h1');
  });
});

describe('the HTML template', () => {
  it('escapes every value that is not HTML itself', () => {
    const value = `"><b>'&`;
    expect(html`<a title="${value}">${[value, 1, null, html`<i>${value}</i>`]}</a>`.html).toBe(
      '<a title="&quot;&gt;&lt;b&gt;&#39;&amp;">&quot;&gt;&lt;b&gt;&#39;&amp;1<i>&quot;&gt;&lt;b&gt;&#39;&amp;</i></a>',
    );
  });

  it.each([
    ['grant `a.<b>` ended', 'grant <code>a.&lt;b&gt;</code> ended'],
    ['one ` alone', 'one ` alone'],
    ['\u001b[2J and \u202E', '\\u{1b}[2J and \\u{202e}'],
    ['x'.repeat(500), 'x'.repeat(500)],
  ])('makes code of what a sentence quotes: %j', (sentence, expected) => {
    expect(prose(sentence).html).toBe(expected);
  });
});
