import { isAbsolute, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Options, readOptions } from '../../infra/options.ts';

function options(context: Record<string, unknown>, env: Record<string, string> = {}): Options {
  return readOptions((key) => context[key], env);
}

describe('the options of the CDK app', () => {
  it('are policy/ of the project and five minutes by default', () => {
    const { policyDir, interval } = options({}, { INIT_CWD: '/elsewhere' });
    expect(isAbsolute(policyDir)).toBe(true);
    expect(relative('', policyDir)).toBe('policy');
    expect(interval.toMinutes()).toBe(5);
  });

  it('take a folder as its caller meant it', () => {
    expect(options({ policyDir: 'mine' }, { INIT_CWD: '/elsewhere' }).policyDir).toBe('/elsewhere/mine');
    expect(relative('', options({ policyDir: 'examples' }).policyDir)).toBe('examples');
    expect(options({ policyDir: '/etc/policy' }, { INIT_CWD: '/elsewhere' }).policyDir).toBe('/etc/policy');
  });

  it.each(['2', '60', 15])('take an interval of %s minutes', (given) => {
    expect(options({ intervalMinutes: given }).interval.toMinutes()).toBe(Number(given));
  });

  it.each(['1', '61', '2.5', 'often', '', '-5', null])('refuse an interval of `%s` minutes', (given) => {
    expect(() => options({ intervalMinutes: given })).toThrow(
      'context `intervalMinutes` must be a whole number from 2 to 60, got',
    );
  });

  it.each(['', 7, null])('refuse the folder `%s`', (given) => {
    expect(() => options({ policyDir: given })).toThrow('context `policyDir` must be a folder');
  });
});
