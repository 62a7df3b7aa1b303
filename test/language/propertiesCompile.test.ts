import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../core/policyText.ts';
import { compilePolicy } from '../../language/index.ts';
import { toYaml, writtenPolicies } from '../support/policies.ts';

const FILE = 'policy/acme.yaml';

function compiled(text: string) {
  const result = compilePolicy({ file: FILE, text });
  if (!result.ok) throw new Error(JSON.stringify(result.errors, null, 1));
  return result;
}

/** The same data, with keys and items in another order. */
function shuffled(data: unknown): Arbitrary<unknown> {
  if (Array.isArray(data)) return fc.tuple(...data.map(shuffled)).chain((items) => anyOrder(items));
  if (typeof data !== 'object' || data === null) return fc.constant(data);
  return fc
    .tuple(
      ...Object.entries(data).map(([key, value]) => shuffled(value).map((other) => [key, other] as const)),
    )
    .chain((entries) => anyOrder(entries))
    .map((entries) => Object.fromEntries(entries));
}

function anyOrder<T>(items: readonly T[]): Arbitrary<T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

/** Expects that every error has a position, a message and a fix. @returns whether there are errors */
function expectCompleteErrors(text: string): boolean {
  const result = compilePolicy({ file: FILE, text });
  if (result.ok) return false;
  expect(result.errors).not.toEqual([]);
  for (const { file, line, column, message, fix } of result.errors) {
    expect([file, line >= 1, column >= 1]).toEqual([FILE, true, true]);
    expect(line).toBeLessThanOrEqual(text.split('\n').length);
    expect(message).toMatch(/^\P{Cc}+$/u);
    expect(fix).toMatch(/^\P{Cc}+$/u);
  }
  return true;
}

describe('every valid policy', () => {
  it('compiles to a policy that the function loads, for its own target and recipient only', () => {
    fc.assert(
      fc.property(writtenPolicies, (written) => {
        const { policy, text, digest } = compiled(toYaml(written));
        expect(loadPolicy(text, 'acme')).toEqual({ policy, digest });
        expect(() => loadPolicy(text, 'other')).toThrow('it is for target `acme`');
      }),
      { numRuns: 200 },
    );
  });

  it('keeps its digest when owners, grants, keys and lists are written in another order', () => {
    const pairs = writtenPolicies.chain((written) => fc.tuple(fc.constant(written), shuffled(written)));
    fc.assert(
      fc.property(pairs, ([written, other]) => {
        expect(compiled(toYaml(other)).digest).toBe(compiled(toYaml(written)).digest);
      }),
      { numRuns: 200 },
    );
  });

  it('means the same as JSON, which is YAML too, and with a byte order mark and CRLF', () => {
    fc.assert(
      fc.property(writtenPolicies, (written) => {
        const { digest } = compiled(toYaml(written));
        expect(compiled(JSON.stringify(written)).digest).toBe(digest);
        expect(compiled(`\uFEFF${toYaml(written).replaceAll('\n', '\r\n')}`).digest).toBe(digest);
      }),
      { numRuns: 50 },
    );
  });
});

describe('every text that is not a policy', () => {
  it('is refused with at least one error that has a position and a fix, without an exception', () => {
    const signs = fc.string({
      unit: fc.constantFrom(...' \t\n\r:-?[]{},#&*!|>\'"%@`~<.0aZ\u0000\uFEFF\uD800'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.oneof(signs, fc.string({ unit: 'binary', maxLength: 60 })), (text) => {
        expect(expectCompleteErrors(text)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused so, also if it is a policy with a piece removed or inserted', () => {
    const pieces = fc.constantFrom(
      '',
      ' ',
      '\n',
      '\t',
      ':',
      '-',
      '"',
      '[',
      '}',
      '&a ',
      '*a',
      '!!x ',
      '<<: ',
      '1',
      '~',
      '#',
      '---\n',
    );
    let refused = 0;
    fc.assert(
      fc.property(writtenPolicies.map(toYaml), fc.nat(), fc.nat(9), pieces, (text, at, length, piece) => {
        const from = at % text.length;
        if (expectCompleteErrors(text.slice(0, from) + piece + text.slice(from + length))) refused += 1;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
