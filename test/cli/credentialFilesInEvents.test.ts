import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RECIPIENT_ACCOUNT } from '../support/accounts.ts';
import { folderWith, runCli } from '../support/cli.ts';

const policy = (provider: 'aws' | 'outscale') => `version: 1
recipient: { provider: ${provider}, region: eu-west-2, account: "${RECIPIENT_ACCOUNT}" }
owners: { acme: { connections: [dxcon-1a2b3c4d], gateway: vgw-12345678 } }
`;

const NO_KEYS = { OSC_ACCESS_KEY: '', OSC_SECRET_KEY: '', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
const AWS_FILES = { AWS_CONFIG_FILE: 'aws-config', AWS_SHARED_CREDENTIALS_FILE: 'aws-credentials' };

it.each([
  ['~/.osc/config.json', 'outscale', { '.osc/config.json': '{' }, {}],
  ['~/.osc/config.json', 'outscale', { '.osc/config.json': '{"default": {"access_key": "x"}}' }, {}],
  ['$OSC_CONFIG_FILE', 'outscale', {}, { OSC_CONFIG_FILE: 'osc.json' }],
  ['~/.aws/config', 'aws', {}, { AWS_PROFILE: 'nope' }],
  ['$AWS_CONFIG_FILE', 'aws', {}, { AWS_PROFILE: 'nope', ...AWS_FILES }],
] as const)(
  'the event of a run that fails because of %s (%s, with %j) names it so, and no path of this machine',
  async (shown, provider, files, variables) => {
    const dir = folderWith({ 'policy/hub.yaml': policy(provider), ...files });
    const paths = Object.entries(variables).map(([name, value]) => [
      name,
      name.endsWith('_FILE') ? join(dir, value) : value,
    ]);
    const args = ['run', '--endpoint', 'http://127.0.0.1:9', '--events', 'events.jsonl'];
    await runCli(dir, args, { ...NO_KEYS, ...Object.fromEntries(paths) });
    const events = readFileSync(join(dir, 'events.jsonl'), 'utf8');
    expect(JSON.parse(events.trim())).toMatchObject({ 'detail-type': 'Run Failed' });
    expect(events).toContain(shown);
    expect(events).not.toContain(dir);
  },
  60_000,
);
