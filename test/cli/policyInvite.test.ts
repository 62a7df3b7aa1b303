import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';

const KEY = /^[A-HJKMNP-Za-kmnp-z][A-HJKMNP-Za-kmnp-z2-9]{31}$/;

it('policy invite prints a new key and the digest of the same key, and writes no file', async () => {
  const dir = folderWith({});
  const results = [await invite(dir), await invite(dir)];
  for (const { key, bgpKey } of results) {
    expect(key).toMatch(KEY);
    expect(bgpKey).toBe(`sha256:${createHash('sha256').update(key).digest('hex')}`);
  }
  expect(results[0]?.key).not.toBe(results[1]?.key);
  expect(readdirSync(dir)).toEqual([]);
});

it('policy invite prints the key once, and the line that the policy takes', async () => {
  const { code, stdout, stderr } = await runCli(folderWith({}), ['policy', 'invite']);
  expect(code).toBe(0);
  const [, key = '', digest = ''] =
    /^key: (\S+)\nline for match: bgpKey: "(sha256:[0-9a-f]{64})"\n$/.exec(stdout) ?? [];
  expect(key).toMatch(KEY);
  expect(digest).toBe(`sha256:${createHash('sha256').update(key).digest('hex')}`);
  expect(stderr).not.toBe('');
  expect(stderr).not.toContain(key);
});

async function invite(dir: string): Promise<{ readonly key: string; readonly bgpKey: string }> {
  const { code, stdout, stderr } = await runCli(dir, ['policy', 'invite', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { format, key, bgpKey, ...others } = JSON.parse(stdout);
  expect({ format, others }).toEqual({ format: 1, others: {} });
  return { key, bgpKey };
}
