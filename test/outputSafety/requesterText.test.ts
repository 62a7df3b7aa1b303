import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { toFullWidth } from '../../core/printableText.ts';
import { readNotificationRule } from '../infra/renderNotification.ts';
import { target, templateOf } from '../infra/stackFixtures.ts';
import { withOwners } from '../support/cli.ts';
import {
  CI_COMMAND,
  HARMLESS_NAMES,
  LINK,
  MALICIOUS_NAMES,
  MISLEADING,
  UNPRINTABLE,
} from '../support/maliciousNames.ts';
import { type CommandOutputs, collectCommandOutputs } from './commandOutputs.ts';

/** The outputs of every command for hostile names, and for harmless names. */
const collected: Promise<CommandOutputs>[] = [];

/** Created by the first test that needs it. */
async function collectOutputs(): Promise<{ hostile: CommandOutputs; tame: CommandOutputs }> {
  if (collected.length === 0)
    collected.push(
      collectCommandOutputs(MALICIOUS_NAMES.map(([, name]) => name)),
      collectCommandOutputs(HARMLESS_NAMES),
    );
  const [hostile, tame] = await Promise.all(collected);
  if (hostile === undefined || tame === undefined) throw new Error('no outputs');
  return { hostile, tame };
}

vi.setConfig({ testTimeout: 240_000 });

const IN_A_TERMINAL: readonly (readonly [string, (of: CommandOutputs) => string])[] = [
  ['run', ({ run }) => run.stdout],
  ['status', ({ status }) => status.stdout],
  ['receipts', ({ receipts }) => receipts.stdout],
  ['policy init', ({ first }) => first.stdout],
  ['policy diff --pending', ({ diff }) => diff.stdout],
  ['policy diff --markdown', ({ review }) => review.stdout],
  ['policy explain', ({ explain }) => explain.stdout],
  ['policy suggest', ({ suggest }) => suggest.stderr],
];

const AS_DATA: readonly (readonly [string, (of: CommandOutputs) => string])[] = [
  ['plan --json', ({ plan }) => plan.stdout],
  ['run --events', ({ events }) => events],
  ['status --json', ({ statusJson }) => statusJson.stdout],
  ['receipts --json', ({ receiptsJson }) => receiptsJson.stdout],
];

describe.each(IN_A_TERMINAL)('text of a requester in the output of `%s`', (_, textOf) => {
  it('contains no control characters, no invisible characters and no link', async () => {
    const { hostile } = await collectOutputs();
    expect(textOf(hostile)).toContain('script');
    expect(textOf(hostile).match(MISLEADING)).toBeNull();
    expect(textOf(hostile).match(LINK)).toBeNull();
    expect(textOf(hostile).match(CI_COMMAND)).toBeNull();
  });

  it('adds no line', async () => {
    const { hostile, tame } = await collectOutputs();
    expect(textOf(hostile).split('\n')).toHaveLength(textOf(tame).split('\n').length);
  });
});

describe.each(AS_DATA)('text of a requester in `%s`', (_, textOf) => {
  it('can be shown in a terminal, and is unchanged when it is parsed', async () => {
    const { hostile } = await collectOutputs();
    expect(textOf(hostile).match(UNPRINTABLE)).toBeNull();
    expect(textOf(hostile).match(CI_COMMAND)).toBeNull();
    const documents = textOf(hostile)
      .trimEnd()
      .split(textOf === AS_DATA[1]?.[1] ? '\n' : '\0');
    const read = JSON.stringify(documents.map((document) => JSON.parse(document)));
    for (const [, name] of MALICIOUS_NAMES) expect(read).toContain(JSON.stringify(name));
  });
});

const FOR_PROGRAMS: typeof AS_DATA = [
  ...AS_DATA,
  ['the ledger', ({ kept }) => kept],
  ['policy suggest --json', ({ suggestJson }) => suggestJson.stdout],
];

it.each(FOR_PROGRAMS)(
  'the parameters of a reason, which may be text of a requester, are not in `%s`: it has sentences',
  async (_, textOf) => {
    const { hostile } = await collectOutputs();
    expect(textOf(hostile)).not.toMatch(/"(parameters|argv)"/);
  },
);

describe('text of a requester in a printed command', () => {
  it.each(IN_A_TERMINAL.slice(0, 2))('does not occur: `%s`', async (_, textOf) => {
    const { hostile, tame } = await collectOutputs();
    const commands = textOf(hostile).match(/\baws (directconnect|ec2) .*/g) ?? [];
    // One for each request without a matching grant, and none for those of an unknown requester.
    expect(commands.length).toBeGreaterThanOrEqual(MALICIOUS_NAMES.length);
    for (const command of commands) expect(command).toMatch(/^aws [a-z0-9]+ [a-z-]+( --[a-z-]+ [\w:./-]+)+$/);
    expect(commands.map(withoutIds).sort()).toEqual(
      (textOf(tame).match(/\baws (directconnect|ec2) .*/g) ?? []).map(withoutIds).sort(),
    );
  });
});

describe('text of a requester in the page of `status --html`', () => {
  it('adds no markup: elements and attributes are those of a page with harmless names', async () => {
    const { hostile, tame } = await collectOutputs();
    expect(hostile.page).toContain('&lt;script&gt;');
    expect(hostile.page.match(MISLEADING)).toBeNull();
    expect(tagsOf(hostile.page)).toEqual(tagsOf(tame.page));
  });
});

describe('text of a requester in a comment on a pull request', () => {
  it('is inside of code fences that it cannot close, so that it is neither Markdown, HTML nor a mention', async () => {
    const { hostile, tame } = await collectOutputs();
    expect(hostile.review.stdout).toContain('@octocat');
    expect(outsideFences(hostile.review.stdout)).toEqual(outsideFences(tame.review.stdout));
  });
});

describe('text of a requester in a first policy', () => {
  it('stays inside of comments', async () => {
    const { hostile, tame } = await collectOutputs();
    expect(hostile.first.stdout).toContain('freeze: false');
    expect(parse(hostile.first.stdout)).toEqual(parse(tame.first.stdout));
    expect(parse(hostile.first.stdout)).toMatchObject({ freeze: true, owners: null });
    // Also after the `#` before the owners were removed.
    expect(parse(withOwners(hostile.first.stdout))).toEqual(parse(withOwners(tame.first.stdout)));
  });
});

describe('text of a requester in a suggested patch', () => {
  it('adds no line', async () => {
    const { hostile, tame } = await collectOutputs();
    expect(hostile.suggest.code).toBe(0);
    expect(hostile.suggest.stdout).toContain('reboot');
    expect(hostile.suggest.stdout.split('\n')).toHaveLength(tame.suggest.stdout.split('\n').length);
  });
});

describe('text of a requester in a notification', () => {
  const template = templateOf([target('hub', 'aws', null)], { notify: { email: 'noc@example.com' } });
  const mail = readNotificationRule(template);
  const [made] = Object.values(template.findResources('AWS::Lambda::Function'));
  const resource: unknown = made?.Properties.Environment.Variables.VIF_ACCEPTOR_EVENT_RESOURCE;

  /** An event of the events file in the form of the event bus: both have the same texts, in which the bus cannot have some characters. */
  function onTheBus(line: string) {
    const { detail, ...event } = JSON.parse(line);
    const escapeOne = (text: string): string => text.replaceAll(/["\\]/g, toFullWidth);
    const texts = Object.entries<string>(detail.notification).map(([key, text]) => [key, escapeOne(text)]);
    const notification = Object.fromEntries(texts);
    return { ...event, detail: { ...detail, message: escapeOne(detail.message), notification } };
  }

  it('does not prevent its delivery, adds no line, and does not control a mail program', async () => {
    const { hostile } = await collectOutputs();
    const events = hostile.events.trimEnd().split('\n').map(onTheBus);
    const messages = events.filter((event) => mail.matches(event, resource)).map(mail.linesOf);
    expect(messages.length).toBeGreaterThanOrEqual(2 * MALICIOUS_NAMES.length);
    for (const lines of messages) {
      // EventBridge delivers only lines that are one quoted text, and drops the whole message for any other line.
      const text = lines.map((line) => z.string().parse(JSON.parse(line)));
      expect(text).toHaveLength(8);
      for (const line of text) {
        expect([line, MISLEADING.exec(line)]).toEqual([line, null]);
        expect([line, LINK.exec(line.replace(/^More: .*/, ''))]).toEqual([line, null]);
      }
    }
  });
});

function withoutIds(text: string): string {
  return text.replace(/dxvif-\w+/g, 'dxvif-…').replace(/127\.0\.0\.1:\d+/g, 'host');
}

/** The names of all tags and their attributes. */
function tagsOf(page: string): string[] {
  return (
    page
      .replace(/<style>[^<]*<\/style>/, '')
      .match(/<[^>]*>/g)
      ?.map((tag) => tag.replace(/="[^"]*"/g, '')) ?? []
  );
}

function outsideFences(markdown: string): string[] {
  let fence = '';
  return markdown.split('\n').filter((line) => {
    const [mark = ''] = line.match(/^`{3,}/) ?? [];
    if (fence === '' && mark !== '') fence = mark;
    else if (fence !== '' && line === fence) fence = '';
    else return fence === '';
    return false;
  });
}
