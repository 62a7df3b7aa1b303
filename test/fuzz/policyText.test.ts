import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../core/decide.ts';
import { loadPolicy } from '../../core/policyText.ts';
import { compileFiles, compilePolicy, type Diagnostic } from '../../language/index.ts';
import { aDecisionContext, aVif } from '../support/builders.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { expectPrintable, expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousText, mutateText, TOKENS } from './mutations.ts';

const policyText = fuzzTarget('policy text');
const FILE = 'acme.yaml';
const EXAMPLES = ['smallest', 'outscale', 'aws'].map((name) =>
  readFileSync(join(import.meta.dirname, `../../examples/${name}.yaml`), 'utf8'),
);

/** Tokens with a meaning in YAML or in a policy. */
const PIECES = fc.oneof(
  fc.constantFrom(
    ...['&a ', '*a', '!!str ', '<<: ', '---\n', '...\n', '%YAML 1.1\n', '|', '>', '"', "'", '?', '#'],
  ),
  fc.constantFrom(
    ...['{', '}', '[', ']', ': ', '- ', '\n', '\n  ', '\t', ',', '~', 'true', '.inf', '010', '0'],
  ),
  fc.constantFrom(
    ...['dxcon-99999999', 'vgw-0badcafe', 'freeze', 'owners', 'hold', '100-199', '*', 'P9999999D'],
  ),
  fc.constantFrom('['.repeat(200), '{a: '.repeat(200), '- '.repeat(200), 'x'.repeat(20_000)),
  maliciousText,
);

/** Checks that every error has a position, a message and a fix. */
function expectInFull(faults: readonly Diagnostic[], text: string): void {
  expect(faults).not.toEqual([]);
  const lines = text.split(/\n|\r\n?/).length;
  for (const { line, column, path, message, fix } of faults.slice(0, 1000)) {
    expect(line >= 1 && line <= lines && column >= 1).toBe(true);
    for (const said of [message, fix, `path ${path}`]) expectPrintable(said);
  }
}

/** A request of an unknown requester, and one of each of these owners. */
const REQUESTS = ['dxcon-99999999', 'dxcon-1a2b3c4d', 'dxcon-11111111', 'dxcon-22222222'].flatMap(
  (connection) => [101, 300].map((vlan) => aVif({ connection, vlan })),
);

function compile(text: string): string {
  const compiled = compilePolicy({ file: FILE, text });
  if (!compiled.ok) {
    expectInFull(compiled.errors, text);
    return 'refused';
  }
  const { policy, digest } = loadPolicy(compiled.text, 'acme');
  expect({ policy, digest }).toEqual({ policy: compiled.policy, digest: compiled.digest });
  const accepts = REQUESTS.map((request) => {
    const decision = decide(
      policy,
      request,
      aDecisionContext(),
      { earliest: null, latest: null },
      new Date(0),
    );
    if (decision.verdict === 'hold') return false;
    // After any change, accepted owners and their gateways are literally in the text.
    expect(text).toContain(request.connection);
    expect(text).toContain(decision.gateway);
    return true;
  });
  return accepts.includes(true) ? 'accepting something' : 'compiled';
}

describe('with any text of a policy', () => {
  it.each(EXAMPLES)('a changed example compiles, or every error is complete', LONG, async (example) => {
    const seen = await policyText.fuzz(150, mutateText(example, TOKENS.yaml, PIECES), compile);
    expectSome(seen, 'refused');
  });

  it('some examples with one changed value compile and can be loaded', LONG, async () => {
    const words = fc.constantFrom('dxcon-99999999', 'vgw-0badcafe', '300', 'true', 'acme', '"x"', '[1]');
    const texts = fc
      .constantFrom(...EXAMPLES)
      .chain((example) => mutateText(example, /[\w-]+|[\s\S]/g, words));
    expectSome(await policyText.fuzz(300, texts, compile), 'refused', 'compiled', 'accepting something');
  });

  it('YAML tokens in any order are rejected with complete errors', LONG, async () => {
    const texts = fc.array(PIECES, { maxLength: 60 }).map((pieces) => pieces.join(''));
    await policyText.fuzz(150, texts, (text) => {
      expect(compile(text)).toBe('refused');
      return 'refused';
    });
  });

  it('files with any bytes are rejected with complete errors', LONG, async () => {
    const file = join(writeTempFiles({}), FILE);
    await policyText.fuzz(200, fc.uint8Array({ maxLength: 200 }), (bytes) => {
      writeFileSync(file, bytes);
      const compiled = compileFiles([file]);
      if (compiled.ok) throw new Error('the policy does not compile');
      for (const { message, fix } of compiled.errors) expectPrintable(`${message} ${fix}`);
      return 'refused';
    });
  });

  it.each<[string, string]>([
    [
      'the name of a gateway with half a character',
      (EXAMPLES[1] ?? '').replace('prod-core: vgw', '\ud800prod-core: vgw'),
    ],
    ['10 MB of one word', 'x'.repeat(10_000_000)],
    ['10 MB of lines', 'a: 1\n'.repeat(2_000_000)],
    ['10 MB of brackets', '['.repeat(10_000_000)],
    ['a scalar of 2 MB', `owners: "${'x'.repeat(1_990_000)}"`],
    ['200 kB of colons', ': '.repeat(100_000)],
    ['100 kB of quotes', '"'.repeat(100_000)],
    ['2 MB of control characters', '\u0001'.repeat(2_000_000)],
    ['10,000 keys of one map', Array.from({ length: 10_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['10,000 faults in a list', `hold: [${'{vlan: x}, '.repeat(10_000)}]`],
  ])('%s are refused in time', { timeout: 60_000 }, (_, text) => {
    const begun = performance.now();
    expect(compile(text)).toBe('refused');
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  it('a policy with thousands of owners compiles in time', { timeout: 60_000 }, () => {
    const owners = Array.from(
      { length: 2000 },
      (_, i) => `  o${i}: { connections: [dxcon-${i}], gateway: vgw-12345678 }`,
    );
    const head =
      'version: 1\nrecipient: { provider: aws, region: eu-west-1, account: "012345678901" }\nowners:\n';
    const begun = performance.now();
    expect(compile(head + owners.join('\n'))).toMatch(/compiled/);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
