import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmulatedAccount, openEmulatedAccount, ROOT } from './emulatedAccount.ts';
import { ESCAPE, terminalSvg } from './terminalSvg.ts';

/** What the pictures and the transcript in README.md are made of: real output, in which only ports are replaced. */
export interface Outputs {
  /** `npm start`, with colours */
  readonly demo: string;
  /** `status --html` */
  readonly statusPage: string;
  /** the first commands that a new user types in a policy repository, with the beginning of what each prints */
  readonly firstUse: string;
}

const ACME = { from: '210987654321', connection: 'dxcon-1a2b3c4d' };
const GLOBEX = { from: '321098765432', connection: 'dxcon-5e6f7a8b' };
const UNKNOWN = { from: '999999999999', connection: 'dxcon-9f9f9f9f' };

export async function collectOutputs(): Promise<Outputs> {
  const parts = [printDemo(), writeStatusPage(), typeFirstCommands()] as const;
  // All of them end before an error is thrown: an emulator would outlive this process.
  await Promise.allSettled(parts);
  const [demo, statusPage, first] = await Promise.all(parts);
  return { demo: normalise(demo), statusPage: normalise(statusPage), firstUse: normalise(first) };
}

/** Of each output, so that a test sees when a picture is older than what it shows. */
export function digestsOf(outputs: Outputs): Readonly<Record<keyof Outputs, string>> {
  const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const { demo, statusPage, firstUse } = outputs;
  return { demo: digest(demo), statusPage: digest(statusPage), firstUse: digest(firstUse) };
}

/** The emulator takes a free port. IDs come from the seed of a scenario, and times from clocks that the scripts move. */
function normalise(output: string): string {
  return output.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:4599');
}

function printDemo(): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', FORCE_COLOR: '1' };
  return new Promise((done, fail) => {
    execFile(process.execPath, [join(ROOT, 'demo/main.ts')], { cwd: ROOT, env }, (error, stdout) => {
      if (error === null) done(stdout);
      else fail(error);
    });
  });
}

/** A week of a target: one request was accepted, two are held, and one has just come. */
async function writeStatusPage(): Promise<string> {
  const policy = readFileSync(join(ROOT, 'demo/hub.yaml'), 'utf8');
  return within('demo/scenario.json', { 'policy/hub.yaml': policy }, async (account) => {
    const run = (): Promise<string> => account.type('run', '--endpoint', account.url);
    await run();
    await account.advance('PT3M');
    await account.offer({ ...ACME, name: 'acme-prod-1', vlan: 101, subnet: '169.254.10' });
    await account.offer({ ...UNKNOWN, name: 'acme-prod-2', vlan: 102, subnet: '169.254.11' });
    await account.advance('PT2M');
    await run();
    await account.advance('P4D');
    await run();
    await account.advance('PT3M');
    await account.offer({ ...ACME, name: 'acme-prod-3', vlan: 2500, subnet: '169.254.10' });
    await account.advance('PT2M');
    await run();
    await account.advance('P2D');
    await run();
    await account.advance('PT3M');
    await account.offer({ ...GLOBEX, name: 'globex-lab-1', vlan: 300, subnet: '169.254.20' });
    await account.advance('PT1M');
    await account.type('status', '--endpoint', account.url, '--html', 'status.html');
    return readFileSync(join(account.folder, 'status.html'), 'utf8');
  });
}

/** What a person adds, so that `policy test` has something to try. */
const POLICY_TEST = `version: 1
target: acme
cases:
  - name: acme reaches its gateway
    at: 2026-06-01T12:00:00Z
    request: { connection: dxcon-1a2b3c4d, vlan: 101 }
    expect: { accept: { owner: acme, grant: private, gateway: vgw-12345678 } }
`;

async function typeFirstCommands(): Promise<string> {
  return within('demo/scenario.json', {}, async (account) => {
    await account.offer({ ...UNKNOWN, name: 'acme-prod-2', vlan: 102, subnet: '169.254.11' });
    await account.offer({ ...ACME, name: 'acme-prod-1', vlan: 101, subnet: '169.254.10' });
    const at = ['--endpoint', account.url];
    const recipient = ['--provider', 'outscale', '--region', 'eu-west-2', '--account', '012345678901'];
    const flags = [
      ...recipient,
      '--target',
      'acme',
      '--notify',
      'noc@example.com',
      '--from-account',
      '--no-lock',
    ];
    await account.type('init', 'network-policy', ...flags, ...at);
    const repository = account.enter('network-policy');
    const file = join(repository, 'policy/acme.yaml');
    const parts: string[] = [];
    const type = async (lineCount: number, shown: string, ...hidden: readonly string[]): Promise<void> => {
      const output = await account.type(...shown.split(' '), ...hidden);
      const lines = output.trim().split('\n').slice(0, lineCount);
      parts.push([`$ npx vif-acceptor ${shown}`, ...lines.map((line) => line.trimEnd())].join('\n'));
    };
    parts.push(
      '$ $EDITOR policy/acme.yaml policy/cases/acme.yaml   # replace the example by owners that you have verified',
    );
    writeFileSync(file, verifyFirstOwner(readFileSync(file, 'utf8')));
    writeFileSync(join(repository, 'policy/cases/acme.yaml'), POLICY_TEST);
    await type(1, 'policy check');
    await type(2, 'policy test');
    await type(7, 'plan', ...at);
    parts.push('$ $EDITOR policy/acme.yaml                          # remove `freeze: true`');
    writeFileSync(file, readFileSync(file, 'utf8').replace('freeze: true\n', ''));
    await type(4, 'run', ...at);
    return parts.join('\n\n');
  });
}

/**
 * What a person does with the policy of `init`: the first owner that it drafts is verified, has its connection for itself, and gets a
 * name. It replaces the example.
 */
function verifyFirstOwner(text: string): string {
  const [head = '', owners = ''] = text.split('\nowners:\n');
  const [draft = '', exclusive = ''] =
    /^# {2}owner-1:\n(?:# {4}.*\n)+## {3}\S.*\n((?:## {4}.*\n)+)/m.exec(owners) ?? [];
  if (draft === '') throw new Error(`\`init\` drafted no owner: ${text}`);
  return `${head}\nowners:\n  acme:\n${exclusive.replaceAll(/^##/gm, '')}`;
}

async function within(
  scenario: string,
  files: Readonly<Record<string, string>>,
  use: (account: EmulatedAccount) => Promise<string>,
): Promise<string> {
  const account = await openEmulatedAccount(scenario, files);
  try {
    return await use(account);
  } finally {
    account.close();
  }
}

export const README = join(ROOT, 'README.md');
export const PICTURES = join(ROOT, 'docs/pictures');

/** Markers around the transcript in README.md. */
const BLOCK = /(<!-- first use: npm run pictures -->\n\n```console\n)(?:.*\n)*?(```\n\n<!-- end -->)/;

/** @returns the page with this transcript in its place */
export function withFirstUse(page: string, transcript: string): string {
  if (!BLOCK.test(page)) throw new Error('README.md has no place for the transcript of the first use');
  return page.replace(BLOCK, (_, before: string, after: string) => `${before}${transcript}\n${after}`);
}

/** How the demonstration begins each of its scenes. */
const SCENE = new RegExp(`^(?=${ESCAPE}\\[1m── )`, 'm');

/** Codes that begin a style, before the end of a line: they belong to the line that follows. */
const EARLY_STYLES = new RegExp(`((?:${ESCAPE}\\[(?:1|2|3[123])m)+)\n`, 'g');

/**
 * A picture of what `npm start` prints: its scenes from the one in which requests arrive, without the policy before them,
 * without paragraphs that were shown already, and without the commands after them.
 */
export function demoPicture(output: string): string {
  const [, , ...scenes] = output.replaceAll(EARLY_STYLES, '\n$1').split(SCENE);
  if (scenes.length < 2)
    throw new Error('the demonstration does not print the scenes that the picture shows');
  const paragraphs = [...new Set(scenes.join('').split('\n\n'))];
  // The last paragraphs are commands to type next: they have no colour.
  const end = paragraphs.findLastIndex((paragraph) => paragraph.includes(ESCAPE));
  const shown = paragraphs.slice(0, end + 1).join('\n\n');
  return terminalSvg(
    'npm start: requests are accepted, held, and expire',
    `${ESCAPE}[1m$ npm start${ESCAPE}[22m\n${ESCAPE}[2m…${ESCAPE}[22m\n\n${shown}`,
  );
}
