import { describe, expect, it } from 'vitest';
import { type InitRepositoryOptions, readInitSettings } from '../../cli/init/initSettings.ts';
import { fillPlaceholders } from '../../cli/init/renderTemplates.ts';
import { UsageError } from '../../cli/options.ts';

/** Values that mean something in a file, in a shell, or to the templates. */
const ODD = [
  ...['', ' ', 'a b', '{{REGION}}', 'a{{NAME}}', '\x24{{ github.token }}'],
  ...['a"b', "a'b", 'a`b', 'a\\b', 'a\nb: c', 'a\rb', 'a\u2028b', '$(id)', '#x', '*', 'é', 'a:b c'],
];

describe('the options of init', () => {
  const VALID: InitRepositoryOptions = {
    provider: 'outscale',
    region: 'eu-west-2',
    account: '012345678901',
    notify: 'noc@example.com',
    lock: false,
  };
  const ON_AWS: InitRepositoryOptions = {
    ...VALID,
    provider: 'aws',
    role: 'arn:aws:iam::012345678901:role/vif-acceptor',
  };

  it.each([
    ['provider', VALID],
    ['region', VALID],
    ['account', VALID],
    ['notify', VALID],
    ['target', VALID],
    ['secret', VALID],
    ['codeowners', VALID],
    ['package', VALID],
    ['role', ON_AWS],
    ['externalId', ON_AWS],
  ])('are refused where %s has an odd value', (name, valid) => {
    expect(readInitSettings('x', valid)).toBeDefined();
    const accepted = ODD.filter((value) => {
      try {
        return readInitSettings('x', { ...valid, [name]: value });
      } catch (error) {
        if (error instanceof UsageError) return false;
        throw error;
      }
    });
    expect(accepted).toEqual([]);
  });

  it('are refused with a line break after a valid value', () => {
    for (const name of ['region', 'account', 'notify'] as const)
      expect(() => readInitSettings('x', { ...VALID, [name]: `${VALID[name]}\n` })).toThrow(UsageError);
  });
});

describe('a template', () => {
  it('is filled once: no value is searched for placeholders', () => {
    const values = { A: '{{B}}', B: 'b', EMPTY: '' };
    expect(fillPlaceholders('{{A}} {{B}} \x24{{ vars.A }} \x24{{A}}\n  {{EMPTY}}\n{{B}}\n', values)).toBe(
      '{{B}} b \x24{{ vars.A }} \x24{{A}}\nb\n',
    );
  });

  it('has no placeholder that nothing fills', () => {
    expect(() => fillPlaceholders('{{NOTHING}}', {})).toThrow('NOTHING');
  });
});
