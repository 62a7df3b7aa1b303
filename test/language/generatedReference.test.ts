import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';
import { formatJsonSchema } from '../../language/reference/policyJsonSchema.ts';
import { updateGeneratedTables } from '../../language/reference/referenceTables.ts';

const SCHEMA = 'docs/policy.schema.json';
const PAGE = readFileSync('docs/policy.md', 'utf8');
const RENEW = 'the generated parts of docs/ are out of date: run `npm run docs`';

describe('the documentation of the policy file', () => {
  it('has the JSON schema of the code', () => {
    expect(readFileSync(SCHEMA, 'utf8'), RENEW).toBe(formatJsonSchema());
  });

  it('has the tables of the code', () => {
    expect(PAGE, RENEW).toBe(updateGeneratedTables(PAGE));
  });

  it('has a place for every table, and each is regenerated in its place', () => {
    const emptied = PAGE.replaceAll(/(<!-- table \w+: .* -->\n\n)(.*\n)*?(\n<!-- end -->)/g, '$1$3');
    expect(emptied).not.toContain('| key |');
    expect(updateGeneratedTables(emptied)).toBe(PAGE);
    expect(() => updateGeneratedTables(PAGE.replace('<!-- table grant:', '<!-- table grants:'))).toThrow(
      'no place for table `grant`',
    );
  });

  it('shows complete policies that compile', () => {
    const blocks = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
    const policies = blocks.filter((text) => text.includes('version: 1'));
    expect(policies).toHaveLength(2);
    for (const text of policies) {
      expect(compilePolicy({ file: 'policy/acme.yaml', text })).toMatchObject({ ok: true });
    }
  });

  it.each([
    ['freeze', 'freeze: false'],
    ['acceptsPerRun', 'limits: { acceptsPerRun: 10 }'],
  ])('states the default of `%s`', (key, written) => {
    const policy = PAGE.slice(PAGE.indexOf('version: 1'), PAGE.indexOf('\n```', PAGE.indexOf('version: 1')));
    const [without, digest] = [policy, `${policy}\n${written}`].map((text) => {
      const result = compilePolicy({ file: 'policy/acme.yaml', text });
      return result.ok ? result.digest : result.errors;
    });
    expect(digest).toBe(without);
    expect(PAGE).toMatch(
      new RegExp(`^\\| \`${key}\` \\| [^|]* \\| \`${written.match(/\w+(?= ?\}?$)/)?.[0]}\` \\|`, 'm'),
    );
  });
});

describe('each example', () => {
  it.each(globSync('examples/*.yaml').sort())('%s names its JSON schema for editors', (file) => {
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    expect(join(dirname(file), path)).toBe(SCHEMA);
  });
});
