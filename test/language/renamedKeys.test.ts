import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';
import { besideAcme } from './errors/errorRow.ts';

function compile(limits: string) {
  const compiled = compilePolicy({ file: 'policy/acme.yaml', text: besideAcme(`limits: { ${limits} }`) });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join());
  return compiled;
}

describe('the former key `acceptsPerPass`', () => {
  it('means the same as `acceptsPerRun`, and gives a warning that names the new key', () => {
    const { digest, warnings } = compile('acceptsPerPass: 3');
    expect(digest).toBe(compile('acceptsPerRun: 3').digest);
    expect(warnings).toMatchObject([
      { file: 'policy/acme.yaml', line: 4, column: 11, path: 'limits.acceptsPerPass', code: 'renamed-key' },
    ]);
    expect(warnings[0]?.fix).toContain('`acceptsPerRun`');
  });

  it('is checked like the new key, and errors are at its position', () => {
    const text = besideAcme('limits: { acceptsPerPass: -1 }');
    const compiled = compilePolicy({ file: 'policy/acme.yaml', text });
    expect(compiled.ok ? [] : compiled.errors).toMatchObject([
      { line: 4, column: 27, code: 'number-range', path: 'limits.acceptsPerRun' },
    ]);
  });

  it('gives no warning when the new key is written', () => {
    expect(compile('acceptsPerRun: 3').warnings).toEqual([]);
  });
});
