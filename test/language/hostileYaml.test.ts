import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';
import { withStepLimit } from '../../language/stepLimit.ts';

/** The codes of its errors, found in few steps for its length. Steps, unlike seconds, are the same on a busy machine. */
function codes(text: string, stepsEach = 10): Set<string> {
  return withStepLimit(stepsEach * text.length, () => codesOf(text)).value;
}

function codesOf(text: string): Set<string> {
  const result = compilePolicy({ file: 'policy/acme.yaml', text });
  return new Set(result.ok ? [] : result.errors.map(({ code }) => code));
}

/** These tests are limited by steps, not by time. */
const UNTIMED = { timeout: 0 };

describe('a file that is made to exhaust the reader', () => {
  it('with aliases that double is refused before anything is resolved', UNTIMED, () => {
    const levels = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    expect(codes(['a0: &a0 [x]', ...levels].join('\n'))).toContain('alias');
  });

  it.each([
    ['[', 'too-deep'],
    ['{a: ', 'too-deep'],
    ['- ', 'too-deep'],
    ['? ', 'too-deep'],
    ['[x: y: ', 'too-deep'],
    ['&a ', 'anchor'],
    ['!!x ', 'tag'],
    ['- &a [*a]\n', 'alias'],
    ['a: 1\n', 'duplicate-key'],
    ['a: { b: 1 }\n', 'duplicate-key'],
    ['"', 'yaml-syntax'],
    ['}', 'yaml-syntax'],
    ['{}\n', 'yaml-syntax'],
    ['%YAML 1.1\n', 'directive'],
    ['---\n', 'several-documents'],
  ])('with many repetitions of %j is refused in few steps', UNTIMED, (piece, code) => {
    expect(codes(piece.repeat(Math.floor(60_000 / piece.length)))).toContain(code);
  });

  it('with nesting that overflows the stack of the parser is refused', UNTIMED, () => {
    expect(codes(`[${'x: y: '.repeat(160_000)}`)).toEqual(new Set(['too-deep']));
  });

  it('with thousands of misspelt names is refused in few steps', UNTIMED, () => {
    const gateways = Array.from({ length: 2000 }, (_, i) => `  gateway-${i}: vgw-12345678`);
    const owners = Array.from({ length: 2000 }, (_, i) => `  o${i}: { gateway: gate-${i} }`);
    const text = ['gateways:', ...gateways, 'owners:', ...owners].join('\n');
    // Each is compared with a hundred names at most.
    expect(codes(text, 200)).toContain('undefined-gateway');
  });

  it('with thousands of blocks in a valid policy is compiled in few steps', UNTIMED, () => {
    const peers = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`).join(', ');
    const text = `version: 1
recipient: { provider: aws, region: eu-west-1, account: "012345678901" }
owners: { a: { connections: [dxcon-1], grants: { a: { gateway: vgw-12345678, match: { peers: [${peers}] } } } } }`;
    expect(codes(text, 20)).toEqual(new Set());
  });
});

describe('an invisible character', () => {
  it('is an error in every comment, and a text that looks like a comment is checked as a text', () => {
    const text = `# one\u200b
version: 1
freeze: false # two\u202e
hold:
  - reason: |
      # no comment
    vlan: [1, # three\u2066
      2]
  - { vlan: [3], reason: "# no comment\u3164" }
# a\ttab is allowed
# four\u3164
`;
    const compiled = compilePolicy({ file: 'hub.yaml', text });
    const errors = compiled.ok ? [] : compiled.errors;
    const hidden = errors.filter(({ code }) => code === 'invisible-character');
    expect(hidden.map(({ line, message }) => [line, message.includes('no comment')])).toEqual([
      [1, false],
      [3, false],
      // For its line break.
      [5, true],
      [7, false],
      [9, true],
      [11, false],
    ]);
  });
});
