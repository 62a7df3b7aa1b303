import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { revisionOf } from '../../language/revision.ts';
import { plant } from '../plant.ts';

function repository(): string {
  const folder = plant({ 'acme.yaml': 'version: 1\n' });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '-m', 'policies');
  return folder;
}

describe('the revision', () => {
  it('is the commit of the policies, and tells when they were changed since', () => {
    const folder = repository();
    const committed = revisionOf(folder);
    expect(committed).toMatch(/^[0-9a-f]{7,}$/);
    appendFileSync(join(folder, 'acme.yaml'), 'freeze: true\n');
    expect(revisionOf(folder)).toBe(`${committed}-dirty`);
  });

  it('tells that there is a policy which git does not know of', () => {
    const folder = repository();
    const committed = revisionOf(folder);
    writeFileSync(join(folder, 'new.yaml'), 'version: 1\n');
    expect(revisionOf(folder)).toBe(`${committed}-dirty`);
  });

  it('is unknown where there is no repository', () => {
    expect(revisionOf(plant({ 'acme.yaml': '' }))).toBe('unknown');
  });

  it('is unknown where there is no git', () => {
    const { PATH } = process.env;
    process.env.PATH = '';
    try {
      expect(revisionOf(process.cwd())).toBe('unknown');
    } finally {
      process.env.PATH = PATH;
    }
  });
});
