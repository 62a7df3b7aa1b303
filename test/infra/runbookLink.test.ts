import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../core/events/event.ts';
import { ALERT_ALARMS, DEAD_LETTER_ALARM, WATCHER_ALARM } from '../../infra/alarmDefinitions.ts';
import { PROJECT_ROOT } from '../../infra/bundledFunction.ts';
import { locateRunbook, runbookUrl } from '../../infra/runbookLink.ts';
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

  it('is linked by the dashboard and by notifications', () => {
    expect(anchors).toEqual(expect.arrayContaining(['alarms', 'notifications']));
  });
});

describe('the URL of the runbook', () => {
  const page = 'blob/HEAD/docs/runbook.md';

  it.each([
    { remote: 'https://github.com/acme/vifs.git', is: `https://github.com/acme/vifs/${page}` },
    { remote: 'git@github.com:acme/vifs.git', is: `https://github.com/acme/vifs/${page}` },
    { remote: 'ssh://git@gitlab.example.net/net/vifs', is: `https://gitlab.example.net/net/vifs/-/${page}` },
    { remote: 'https://gitlab.com/acme/net/vifs/', is: `https://gitlab.com/acme/net/vifs/-/${page}` },
  ])('for remote $remote is $is', ({ remote, is }) => {
    expect(runbookUrl(remote)).toBe(is);
  });

  it('never contains the credential of a remote', () => {
    expect(runbookUrl('https://robot:t0ken@github.com/acme/vifs.git')).toBe(
      `https://github.com/acme/vifs/${page}`,
    );
  });

  it.each(['/srv/git/vifs.git', 'https://git.example.net/vifs.git', ''])(
    'for remote `%s` is unknown',
    (remote) => {
      expect(runbookUrl(remote)).toBeNull();
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
});
