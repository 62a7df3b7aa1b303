import { describe, expect, it } from 'vitest';
import { describeRun } from '../../cli/output/runText.ts';
import { formatTableRows, type Paint, paintFor, wrapLines } from '../../cli/output/terminal.ts';
import { ACME, actAs, UNKNOWN_REQUESTER } from '../support/accounts.ts';
import { ACME_1, createRunner, SIMPLE_POLICY, startTestCloud, UNKNOWN_CONNECTION } from '../support/cloud.ts';

const TERMINAL: Paint = { ...paintFor(process.stdout), columns: 80 };

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...line].length));
}

describe('a table', () => {
  const header = ['request', 'connection', 'reasons'];
  const rows = [
    ['dxvif-1', 'dxcon-11111111', 'no-grant'],
    ['dxvif-2', 'dxcon-2', 'frozen, no-grant'],
  ];

  it('has each row on one line when it fits, or when there is no terminal', () => {
    const once = [
      'request  connection      reasons',
      'dxvif-1  dxcon-11111111  no-grant',
      'dxvif-2  dxcon-2         frozen, no-grant',
    ];
    expect(formatTableRows(header, rows, 80)).toEqual(once);
    expect(formatTableRows(header, rows, Number.POSITIVE_INFINITY)).toEqual(once);
  });

  it('has each row on several lines when it does not fit', () => {
    expect(formatTableRows(header, rows, 30)).toEqual([
      'request  connection\n    reasons',
      'dxvif-1  dxcon-11111111\n    no-grant',
      'dxvif-2  dxcon-2\n    frozen, no-grant',
    ]);
  });
});

describe('a long line', () => {
  it('is wrapped between words, with indentation', () => {
    expect(wrapLines('  one two three four five', 14)).toBe('  one two\n    three four\n    five');
    expect(wrapLines('  one two three four five', Number.POSITIVE_INFINITY)).toBe(
      '  one two three four five',
    );
  });

  it.each([
    ['aws directconnect confirm --id dxvif-1', 'aws directconnect confirm --id dxvif-1'],
    ['    osc aws directconnect confirm --id dxvif-1', '    osc aws directconnect confirm --id dxvif-1'],
    [
      '  manually: aws directconnect confirm --id dxvif-1',
      '  manually:\n    aws directconnect confirm --id dxvif-1',
    ],
  ])('that a person copies into a shell stays one line: %s', (line, shown) => {
    expect(wrapLines(line, 20)).toBe(shown);
  });

  it('keeps a word that is wider than the terminal in one piece', () => {
    expect(wrapLines('see sha256:0123456789abcdef now', 12)).toBe('see\n  sha256:0123456789abcdef\n  now');
  });
});

it('a report fits a terminal of 80 columns, except commands that are copied into a shell', async () => {
  const cloud = await startTestCloud();
  await actAs(cloud, ACME).offer({
    connection: ACME_1,
    vlan: 101,
    name: 'a-name-that-is-long-enough-to-be-cut',
  });
  await actAs(cloud, UNKNOWN_REQUESTER).offer({ connection: UNKNOWN_CONNECTION, vlan: 102 });
  const report = await createRunner(cloud, SIMPLE_POLICY).run();
  const lines = describeRun(report, TERMINAL)
    .split('\n')
    .filter((line) => !/^\s*aws /.test(line));
  expect(lines.length).toBeGreaterThan(6);
  expect(widest(lines.join('\n'))).toBeLessThanOrEqual(80);
  expect(widest(describeRun(report, paintFor(process.stdout)))).toBeGreaterThan(80);
});
