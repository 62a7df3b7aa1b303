import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaComment } from '../../cli/commands/policyInit.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const SCHEMA = 'docs/policy.schema.json';
const comment = (path: string): string => `# yaml-language-server: $schema=${path}`;

/** The path in the schema comment for a policy in `file`. */
function target(file: string, home?: string): string | null {
  mkdirSync(dirname(file), { recursive: true });
  const [, path = null] = schemaComment(file, home)?.split('$schema=') ?? [];
  return path === null ? null : realpathSync(join(realpathSync(dirname(file)), path));
}

describe('the comment by which an editor finds the JSON schema of a policy', () => {
  it('leads from examples/ of the checkout to docs/', () => {
    expect(schemaComment('examples/acme.yaml')).toBe(comment('../docs/policy.schema.json'));
    expect(target('examples/acme.yaml')).toBe(realpathSync(SCHEMA));
  });

  it('leads from any folder of a project to the package that is installed in it', () => {
    const project = writeTempFiles({ 'node_modules/vif-acceptor/docs/policy.schema.json': '{}' });
    const home = join(project, 'node_modules/vif-acceptor');
    mkdirSync(join(project, 'policy'));
    expect(schemaComment(join(project, 'policy/acme.yaml'), home)).toBe(
      comment('../node_modules/vif-acceptor/docs/policy.schema.json'),
    );
    for (const file of ['acme.yaml', 'net/eu/acme.yaml']) {
      expect(target(join(project, file), home)).toBe(realpathSync(join(home, SCHEMA)));
    }
  });

  it.each([
    ['is in no project', '/tmp/acme.yaml'],
    ['is beside the project, under a name that begins like its own', `${process.cwd()}-policies.yaml`],
  ])('is left out where the file %s', (_, file) => {
    expect(schemaComment(file)).toBeNull();
  });

  it('is left out where there is no schema, or its path has a space, at which editors stop', () => {
    expect(schemaComment(join(writeTempFiles({}), 'acme.yaml'), writeTempFiles({}))).toBeNull();
    const home = join(
      writeTempFiles({ 'node_modules/vif acceptor/docs/policy.schema.json': '' }),
      'node_modules/vif acceptor',
    );
    expect(schemaComment(join(home, '../../acme.yaml'), home)).toBeNull();
  });
});
