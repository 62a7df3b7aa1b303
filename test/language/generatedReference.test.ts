import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';
import { formatJsonSchema } from '../../language/reference/policyJsonSchema.ts';
import { updateGeneratedTables } from '../../language/reference/referenceTables.ts';

const SCHEMA = 'docs/policy.schema.json';
const PAGE = readFileSync('docs/policy.md', 'utf8');
const RENEW = 'what docs/ says of the policy file is out of date: renew it by `npm run docs`';

describe('what docs/ says of the policy file', () => {
  it('is what the code says: its JSON schema', () => {
    expect(readFileSync(SCHEMA, 'utf8'), RENEW).toBe(formatJsonSchema());
  });

  it('is what the code says: the tables of its page', () => {
    expect(PAGE, RENEW).toBe(updateGeneratedTables(PAGE));
  });

  it('is renewed table by table, wherever the tables stand, and no table may be left out', () => {
    const emptied = PAGE.replaceAll(/(<!-- table \w+: .* -->\n\n)(.*\n)*?(\n<!-- end -->)/g, '$1$3');
    expect(emptied).not.toContain('| key |');
    expect(updateGeneratedTables(emptied)).toBe(PAGE);
    expect(() => updateGeneratedTables(PAGE.replace('<!-- table grant:', '<!-- table grants:'))).toThrow(
      'no place for table `grant`',
    );
  });

  it('is right where it shows whole policies', () => {
    const blocks = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
    const policies = blocks.filter((text) => text.includes('version: 1'));
    expect(policies).toHaveLength(2);
    for (const text of policies) {
      expect(compilePolicy({ file: 'policy/acme.yaml', text })).toMatchObject({ ok: true });
    }
  });

  it.each([
    ['freeze', 'freeze: false'],
    ['acceptsPerPass', 'limits: { acceptsPerPass: 10 }'],
  ])('is right about what an absent `%s` means', (key, written) => {
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
  it.each(globSync('examples/*.yaml').sort())('%s tells editors where its JSON schema is', (file) => {
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    expect(join(dirname(file), path)).toBe(SCHEMA);
  });
});
