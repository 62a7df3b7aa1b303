import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { startApi } from '../support/apiServer.ts';
import { folderWith, runCli } from '../support/cli.ts';
import { ACME_1, PROD } from '../support/cloud.ts';
import { answerQuestions, ITEMS } from './fakeProvider.ts';
import { fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousText } from './mutations.ts';

const commandLine = fuzzTarget('command lines and their environment');
const POLICY_TEXT = `version: 1
recipient: { provider: aws, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [${ACME_1}], gateway: ${PROD} } }
`;

const COMMANDS = [
  ...[['run'], ['plan'], ['status'], ['doctor'], ['receipts'], ['simulate', '--port', '99999'], [], ['help']],
  ...['init', 'check', 'test', 'explain', 'suggest', 'diff', 'review', ''].map((name) => ['policy', name]),
];

/** Without NUL characters, which cannot be passed to a process. */
const givable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

async function startFolder() {
  const api = await startApi(answerQuestions({}));
  onTestFinished(() => api.close());
  const dir = folderWith({
    'policy/smallest.yaml': POLICY_TEXT,
    'broken.yaml': '{',
    'request.json': JSON.stringify({ virtualInterfaces: ITEMS }),
    'ledger.json': '{}',
  });
  // All calls go to this server: no argument below is another server.
  const endpoints = ['--endpoint', api.url, '--gateway-endpoint', api.url];
  const argument = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...['--json', '--policy', '--ledger', '--id', '--at', '--dry-run', '--pending'],
      ),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...['--request', '-r', '--markdown', '--html', '--events', '--profile', '--'],
      ),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...['policy/smallest.yaml', 'broken.yaml', 'request.json', 'ledger.json', '.'],
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...['dxvif-aaaaaaaa', '2026-11-01T00:00:00Z', 'dynamodb:x', 'HEAD:a.yaml', '-h'],
      ),
    },
    { weight: 4, arbitrary: maliciousText.map(givable) },
  );
  const lines = fc
    .tuple(fc.constantFrom(...COMMANDS), fc.array(argument, { maxLength: 4 }))
    .map(([command, args]) => [...command, ...args, ...(isConnecting(command) ? endpoints : [])]);
  return { dir, lines };
}

function isConnecting([command, sub]: readonly string[]): boolean {
  return /^(run|plan|status|doctor)$/.test(command ?? '') || /^(init|diff|review)$/.test(sub ?? '');
}

/** Checks that the command ends with a documented exit code and a message. */
function expectEnd({ code, stdout, stderr }: Awaited<ReturnType<typeof runCli>>): string {
  const shown = `${stdout}${stderr}`;
  expect(shown).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(shown).not.toContain('is a defect of vif-acceptor');
  expect([0, 1, 2, 3, 4]).toContain(code);
  if (code !== 0) expect(shown.trim()).not.toBe('');
  if (code === 2 || code === 3) expect(stderr.trim()).not.toBe('');
  return `exit code ${code}`;
}

describe('with any arguments', () => {
  it('a command ends with a documented exit code and a message, never a stack trace', LONG, async () => {
    const { dir, lines } = await startFolder();
    await commandLine.fuzz(6, lines, async (args) => expectEnd(await runCli(dir, args)));
    const valid = await runCli(dir, ['policy', 'check', 'policy/smallest.yaml']);
    expect(valid).toMatchObject({ code: 0, stderr: '' });
  });

  // With invalid locales, Node itself ends with a signal.
  it('a command ends in the same way in any environment', LONG, async () => {
    const { dir, lines } = await startFolder();
    const names = [
      'INIT_CWD',
      'XDG_STATE_HOME',
      'HTTPS_PROXY',
      'NO_PROXY',
      'OSC_ACCESS_KEY',
      'AWS_PROFILE',
      'HOME',
    ];
    const more = ['OSC_SECRET_KEY', 'AWS_REGION', 'VIF_ACCEPTOR_PING_URL', 'NO_COLOR', 'FORCE_COLOR', 'TZ'];
    const variables = fc.dictionary(fc.constantFrom(...names, ...more), maliciousText.map(givable), {
      maxKeys: 3,
    });
    await commandLine.fuzz(6, fc.tuple(lines, variables), async ([args, env]) =>
      expectEnd(await runCli(dir, args, env)),
    );
  });
});
