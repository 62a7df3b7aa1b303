import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { folderWith, runCli } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';

const MANIFEST = '.pre-commit-hooks.yaml';

const hooks = z
  .array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      description: z.string(),
      entry: z.string(),
      language: z.literal('node'),
      files: z.string(),
      pass_filenames: z.literal(false),
      minimum_pre_commit_version: z.string(),
    }),
  )
  .parse(parse(readFileSync(MANIFEST, 'utf8')));

const VALID = `version: 1
recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }
owners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }
`;

describe.each(hooks)('the hook $id of pre-commit', ({ entry, files }) => {
  const run = (policy: string) => {
    const [program, ...args] = entry.split(' ');
    expect(program).toBe('vif-acceptor');
    return runCli(folderWith({ 'policy/acme.yaml': policy }), args);
  };

  it('succeeds for valid policies, and prints the errors of others', async () => {
    expect(await run(VALID)).toMatchObject({ code: 0, stdout: '' });
    expect(await run(VALID.replace('gateway:', 'gatewai:'))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^policy\/acme\.yaml:3:\d+ /),
    });
  });

  it.each([
    ['policy/acme.yaml', true],
    ['policy/cases/acme.yaml', true],
    ['policy/acme.yml', true],
    ['docs/policy/acme.yaml', false],
    ['policy/README.md', false],
  ])('for a change of %s: %s', (file, expected) => {
    expect(new RegExp(files).test(file)).toBe(expected);
  });
});

it.skipIf(!isInstalled('pre-commit'))('pre-commit accepts the list of hooks', () => {
  execFileSync('pre-commit', ['validate-manifest', MANIFEST], { stdio: 'pipe' });
});
