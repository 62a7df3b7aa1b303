import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, runCli } from '../support/cli.ts';
import { isInstalled } from '../support/installedPrograms.ts';

const HOSTILE = '$(touch created).yaml';
const FILES = {
  'policy/acme.yaml': 'version: 1\n',
  [`policy/${HOSTILE}`]: 'version: 1\n',
  'request.json': '{}',
};

/** The values that are proposed for the last word. */
async function proposed(...words: string[]): Promise<string[]> {
  const { code, stdout } = await runCli(folderWith(FILES), ['complete', '--', ...words]);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it('proposes commands, options and their values', async () => {
    expect(await proposed('pol')).toEqual(['policy']);
    expect(await proposed('policy', 'che')).toEqual(['check']);
    expect(await proposed('policy', 'test', '--format', '')).toEqual(['text', 'json', 'github', 'junit']);
    expect(await proposed('run', '--led')).toEqual(['--ledger']);
    expect(await proposed('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('proposes policy files from the folder above too, and no name that a shell would execute', async () => {
    expect(await proposed('policy', 'check', '')).toEqual(['policy/acme.yaml']);
    expect(await proposed('plan', '--policy', 'pol')).toEqual(['policy/acme.yaml']);
    const dir = folderWith({ ...FILES, 'lab/x': '' });
    const { stdout } = await runCli(join(dir, 'lab'), ['complete', '--', 'policy', 'check', '']);
    expect(stdout).toContain('../policy/acme.yaml');
  });

  it('is not shown as a command of its own, and the script for an unknown shell is refused', async () => {
    const { stdout } = await runCli(folderWith({}), ['--help']);
    expect(stdout).toMatch(/^ {2}completion /m);
    expect(stdout).not.toMatch(/^ {2}complete /m);
    expect((await runCli(folderWith({}), ['completion', 'tcsh'])).code).toBe(2);
  });
});

/** A folder with policy files, in which the command of the scripts is the one of this checkout. */
function installed(): { readonly dir: string; readonly env: Readonly<Record<string, string>> } {
  const dir = folderWith(FILES);
  mkdirSync(join(dir, 'bin'));
  const main = resolve(import.meta.dirname, '../../cli/main.ts');
  const command = `#!/bin/sh\nINIT_CWD="$PWD" exec "${process.execPath}" "${main}" "$@"\n`;
  writeFileSync(join(dir, 'bin/vif-acceptor'), command, { mode: 0o755 });
  return { dir, env: { PATH: `${join(dir, 'bin')}:${process.env.PATH}`, HOME: dir, XDG_STATE_HOME: dir } };
}

describe('the script', () => {
  it.skipIf(!isInstalled('bash'))(
    'completes in bash, can be read twice, and executes neither file names nor typed words',
    () => {
      const { dir, env } = installed();
      // The last line of each call is what the package bash-completion provides.
      const script = `
      source <(vif-acceptor completion bash)
      source <(vif-acceptor completion bash)
      _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$((\${#words[@]} - 1)); cur="\${words[cword]}"; }
      propose() { COMP_WORDS=("$@"); COMPREPLY=(); __vif_acceptor_complete 2>/dev/null; echo "\${COMPREPLY[*]}"; }
      propose vif-acceptor pol
      propose vif-acceptor policy check --format ''
      propose vif-acceptor policy check ''
      propose vif-acceptor policy '$(touch created)' ch
      complete -p vif-acceptor`;
      const output = execFileSync('bash', ['-c', script], { cwd: dir, env, encoding: 'utf8', stdio: 'pipe' });
      expect(output.split('\n')).toEqual([
        'policy',
        'text json github sarif',
        'policy/acme.yaml',
        '',
        'complete -o default -F __vif_acceptor_complete vif-acceptor',
        '',
      ]);
      expect(existsSync(join(dir, 'created'))).toBe(false);
    },
  );

  it.skipIf(!isInstalled('fish'))('completes in fish, with file names where an option takes a file', () => {
    const { dir, env } = installed();
    const script = `vif-acceptor completion fish | source
      complete -C 'vif-acceptor pol'
      complete -C 'vif-acceptor policy explain --request req'`;
    const output = execFileSync('fish', ['--no-config', '-c', script], { cwd: dir, env, encoding: 'utf8' });
    expect(output.split('\n').map((line) => line.split('\t')[0])).toEqual(['policy', 'request.json', '']);
  });

  it.skipIf(!isInstalled('zsh'))('is valid in zsh', async () => {
    const { stdout } = await runCli(folderWith({}), ['completion', 'zsh']);
    expect(stdout).toMatch(/^#compdef vif-acceptor\n/);
    execFileSync('zsh', ['-n'], { input: stdout });
  });
});
