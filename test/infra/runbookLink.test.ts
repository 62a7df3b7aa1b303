import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addActor } from '../../core/events/actorOfEvent.ts';
import { type AcceptorEvent, createEvent, EVENT_TYPES, runbookPathOf } from '../../core/events/event.ts';
import { WATCHED_CODES } from '../../core/watchTargets.ts';
import { ALERT_ALARMS, DEAD_LETTER_ALARM, WATCHER_ALARM } from '../../infra/alarmDefinitions.ts';
import { PROJECT_ROOT } from '../../infra/bundledFunction.ts';
import { locateRunbook, pagesUrl } from '../../language/locateRunbook.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { OUTSCALE, OWN_ROLE, templateOf } from './stackFixtures.ts';

const text = readFileSync(`${PROJECT_ROOT}docs/runbook.md`, 'utf8');

/** The anchors of the page, as GitHub generates them from its headings. */
const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
  heading.toLowerCase().replaceAll(' ', '-'),
);

/** The headings below a heading of the page. */
function headingsBelow(heading: string): (string | undefined)[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split(/^## /m)[0] ?? '';
  return [...section.matchAll(/^### (.+)$/gm)].map(([, below]) => below);
}

const ORIGIN = {
  target: 'acme',
  provider: 'aws',
  region: 'eu-west-3',
  account: '012345678901',
  policy: { digest: '', revision: '' },
} as const;

const ACTOR = {
  ...{ operation: 'ConfirmPrivateVirtualInterface', at: '2026-11-10T10:58:00.000Z', identity: 'someone' },
  ...{ account: null, source: null, agent: null, gateway: null },
};

/** An event of each type, and of each alert that is an event. */
const EXAMPLES = EVENT_TYPES.flatMap((type) =>
  (type === 'Target Alert' ? WATCHED_CODES : [null]).map((alert): [string, AcceptorEvent] => {
    const notification = { who: '-', why: '-', byWhen: '-', toDo: '-' };
    return [
      alert ?? type,
      createEvent(type, ORIGIN, '2026-11-10T11:00:00.000Z', [], { message: '', notification, alert }),
    ];
  }),
);

describe('docs/runbook.md', () => {
  it('has a heading for every alarm, in the same order, and no others', () => {
    const titles = [...ALERT_ALARMS, WATCHER_ALARM, DEAD_LETTER_ALARM].map(({ title }) => title);
    expect(headingsBelow('Alarms')).toEqual(titles);
  });

  it('has a heading for every event that causes a notification, in the same order, and no others', () => {
    const notified = EVENT_TYPES.filter((type) => type !== 'Request Accepted');
    expect(headingsBelow('Notifications')).toEqual(notified);
  });

  it('is linked by the description of every deployed alarm', () => {
    const deployed = Object.values(templateOf([OUTSCALE, OWN_ROLE]).findResources('AWS::CloudWatch::Alarm'));
    const descriptions = deployed.map(({ Properties }) => JSON.stringify(Properties.AlarmDescription));
    const led = descriptions.map((description) => /docs\/runbook\.md#([\w-]+)/.exec(description)?.[1]);
    expect(led.length).toBeGreaterThan(0);
    expect(led.filter((anchor) => anchor === undefined || !anchors.includes(anchor))).toEqual([]);
  });

  it('is linked by the dashboard', () => {
    expect(anchors).toContain('alarms');
  });

  it.each(EXAMPLES)('has the heading to which the event %s leads', (_, event) => {
    const [page, anchor] = runbookPathOf(event).split('#');
    expect(page).toBe('docs/runbook.md');
    expect(anchors).toContain(anchor);
  });

  it.each(EXAMPLES)(
    'has each heading that the event %s names after somebody accepted an interface',
    (_, event) => {
      const { detail } = addActor(event, 'accept', { status: 'found', actor: ACTOR });
      const named = [...JSON.stringify(detail.notification).matchAll(/docs\/runbook\.md#([\w-]+)/g)];
      expect(named).toHaveLength(1);
      for (const [, anchor] of named) expect(anchors).toContain(anchor);
    },
  );
});

describe('the URL of the runbook', () => {
  const pages = 'blob/HEAD/';
  const page = `${pages}docs/runbook.md`;

  it.each([
    { remote: 'https://github.com/acme/vifs.git', is: `https://github.com/acme/vifs/${pages}` },
    { remote: 'git+https://github.com/acme/vifs.git', is: `https://github.com/acme/vifs/${pages}` },
    { remote: 'git@github.com:acme/vifs.git', is: `https://github.com/acme/vifs/${pages}` },
    { remote: 'ssh://git@gitlab.example.net/net/vifs', is: `https://gitlab.example.net/net/vifs/-/${pages}` },
    { remote: 'https://gitlab.com/acme/net/vifs/', is: `https://gitlab.com/acme/net/vifs/-/${pages}` },
  ])('for remote $remote is $is', ({ remote, is }) => {
    expect(pagesUrl(remote)).toBe(is);
  });

  it('never contains the credential of a remote', () => {
    expect(pagesUrl('https://robot:t0ken@github.com/acme/vifs.git')).toBe(
      `https://github.com/acme/vifs/${pages}`,
    );
  });

  it.each(['/srv/git/vifs.git', 'https://git.example.net/vifs.git', ''])(
    'for remote `%s` is unknown',
    (remote) => {
      expect(pagesUrl(remote)).toBeNull();
    },
  );

  it('is that of the checkout, and not of a surrounding repository', () => {
    const root = writeTempFiles({ 'node_modules/vif-acceptor/package.json': '{}' });
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root });
    git('init', '--quiet');
    git('remote', 'add', 'origin', 'https://github.com/acme/vifs.git');
    expect(locateRunbook(root).link('Not running')).toBe(
      `docs/runbook.md#not-running (https://github.com/acme/vifs/${page}#not-running)`,
    );
    expect(locateRunbook(`${root}/node_modules/vif-acceptor`).link('Not running')).toBe(
      'docs/runbook.md#not-running',
    );
  });

  it('is that of the repository that a published package names', () => {
    const repository = { type: 'git', url: 'git+https://github.com/acme/vifs.git' };
    const root = writeTempFiles({ 'package.json': JSON.stringify({ repository }) });
    const { link, linkPath, urlOf } = locateRunbook(root);
    expect(urlOf('docs/runbook.md#alarms')).toBe(`https://github.com/acme/vifs/${page}#alarms`);
    expect(link('Alarms')).toBe(linkPath('docs/runbook.md#alarms'));
  });
});
