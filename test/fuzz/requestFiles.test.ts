import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeExplanation } from '../../cli/commands/policyExplain.ts';
import { findPendingImpact } from '../../cli/diff/pendingImpact.ts';
import { explain } from '../../cli/explain/explanation.ts';
import { UsageError } from '../../cli/options.ts';
import { readRequest, readRequests } from '../../cli/requests/readRequests.ts';
import { agreedKeyDigests } from '../../core/policy.ts';
import { testPolicyFiles } from '../../language/index.ts';
import { writeTempFiles } from '../support/tempFiles.ts';
import { formsOf, PLANTED_KEY } from '../support/wireItems.ts';
import { fieldsOf, isAllowed } from './allowedConfirms.ts';
import { ITEMS, POLICY } from './fakeProvider.ts';
import { expectPrintable, expectSome, fuzzTarget, LONG } from './fuzzTarget.ts';
import { maliciousJson, maliciousText, mutateText, replaceValues, TOKENS } from './mutations.ts';

const requestFiles = fuzzTarget('request files and cases');
const PLAIN = { good: String, bad: String, warn: String, faint: String, columns: Number.POSITIVE_INFINITY };
const AT = new Date('2026-11-10T12:00:00.000Z');
const TARGET = { ...POLICY.policy, agreedKeys: agreedKeyDigests(POLICY.policy) };
const EXAMPLES = join(import.meta.dirname, '../../examples');

const OWN = {
  id: 'dxvif-aaaaaaaa',
  connection: 'dxcon-11111111',
  vlan: 101,
  name: 'acme-prod-1',
  location: 'PAR1',
  peers: [{ asn: 65010, amazonAddress: '169.254.10.5/30', customerAddress: '169.254.10.6/30', key: true }],
  deadline: { earliest: '2026-11-17T10:00:00.000Z', latest: null },
};
const EVENT = { 'detail-type': 'Request Held', detail: { target: 'hub', request: OWN } };
const DOCUMENTS = [
  { virtualInterfaces: ITEMS },
  { virtualInterfaces: ITEMS.slice(0, 1), nextToken: '' },
  ITEMS[0] ?? {},
  { runs: [{ target: 'hub', requests: [OWN] }] },
  // Release 0.1.0 calls the list `passes`.
  { passes: [{ target: 'hub', requests: [OWN] }] },
  { targets: [{ target: 'hub', pending: [OWN, OWN] }] },
  [OWN],
  { receipts: [{ target: 'hub', receipt: { request: OWN } }] },
  EVENT,
  [EVENT, { ...EVENT, detail: { target: 'hub', request: { id: OWN.id } } }],
];
/** Events in the format of `run --events`. */
const LINES = [EVENT, EVENT, { 'detail-type': 'Run Failed', detail: {} }]
  .map((event) => `${JSON.stringify(event)}\n`)
  .join('');

const PIECES = fc.oneof(
  maliciousJson,
  fc.constantFrom(
    ...[
      '"virtualInterfaces"',
      '"requests"',
      '"runs"',
      '"passes"',
      '"target"',
      '"__proto__"',
      '&a',
      '*a',
      '{',
      ']',
      ',',
    ],
  ),
);
const texts = fc.oneof(
  fc
    .constantFrom(...DOCUMENTS)
    .chain((document) =>
      fc.oneof(
        replaceValues(document),
        mutateText(JSON.stringify(document), TOKENS.json, PIECES),
        fc.constant(JSON.stringify(document)),
      ),
    ),
  mutateText(LINES, TOKENS.json, PIECES),
  maliciousJson,
  maliciousText,
);

/** Variants of one item of an API answer that the policy allows. */
const items = fc.oneof(
  replaceValues(ITEMS[0] ?? {}),
  mutateText(JSON.stringify(ITEMS[0]), TOKENS.json, PIECES),
  fc.constant(JSON.stringify(ITEMS[0])),
);

/** The interfaces of an API answer, if the text is one JSON document. */
function documentIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Checks that a command succeeded, or failed with a message that contains no BGP key. */
async function endOf(work: () => void | Promise<void>): Promise<string> {
  try {
    await work();
    return 'explained';
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expectPrintable(error.message, 'lines');
    for (const form of formsOf(PLANTED_KEY)) expect(error.message).not.toContain(form);
    return 'reported as unusable';
  }
}

describe('with any content of a request file', () => {
  it(
    '`explain` explains it or reports the error, and accepts nothing that is not allowed',
    LONG,
    async () => {
      let accepted = 0;
      const seen = await requestFiles.fuzz(150, fc.oneof(texts, items), (text) =>
        endOf(() => {
          const explanation = explain(POLICY.policy, readRequest(text, 'request.json', TARGET, null), AT);
          expectPrintable(describeExplanation(explanation, PLAIN), 'lines');
          const raw = fieldsOf(documentIn(text));
          const { report, assumed } = explanation;
          if (report.decision.verdict === 'hold' || assumed.length > 0 || !('virtualInterfaceId' in raw))
            return;
          accepted += 1;
          expect(isAllowed(raw)).toBe(true);
        }),
      );
      expectSome(seen, 'explained', 'reported as unusable');
      expect(accepted).toBeGreaterThan(5);
    },
  );

  it('`diff --pending` uses it or reports the error', LONG, async () => {
    const path = join(writeTempFiles({}), 'pending.json');
    const seen = await requestFiles.fuzz(100, texts, (text) => {
      writeFileSync(path, text);
      return endOf(async () => {
        const { evaluated, changed } = await findPendingImpact([POLICY.policy, POLICY.policy], path, {}, AT);
        expect(changed).toEqual([]);
        expect(evaluated).toBe(readRequests(text.toWellFormed(), path, TARGET).length);
      });
    });
    expectSome(seen, 'explained', 'reported as unusable');
  });

  it.each([
    ['100,000 requests', `[${Array(100_000).fill('{"virtualInterfaceId":"dxvif-1"}').join()}]`],
    ['20,000 of our own', JSON.stringify(Array(20_000).fill(OWN))],
    ['20,000 of our own, and one that is wrong', JSON.stringify([...Array(20_000).fill(OWN), { vlna: 1 }])],
    [
      '20,000 events',
      Array.from({ length: 20_000 }, (_, i) =>
        JSON.stringify({ ...EVENT, detail: { target: 'hub', request: { ...OWN, id: `dxvif-${i}` } } }),
      ).join('\n'),
    ],
    ['10 MB of text', JSON.stringify([{ virtualInterfaceName: 'x'.repeat(10_000_000) }])],
    ['10 MB of our own text', JSON.stringify([{ ...OWN, name: 'x'.repeat(10_000_000) }])],
    ['lists within lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    [
      'objects within one of our own',
      `[{"id":"dxvif-1","tags":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}]`,
    ],
  ])('%s are read in time, or refused', { timeout: 60_000 }, async (_, text) => {
    const begun = performance.now();
    await endOf(() => expect(readRequests(text, 'f', TARGET).length).toBeGreaterThan(0));
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});

describe('with any content of a policy test file', () => {
  const policy = readFileSync(join(EXAMPLES, 'outscale.yaml'), 'utf8');
  const cases = readFileSync(join(EXAMPLES, 'cases/outscale.yaml'), 'utf8');
  const pieces = fc.oneof(
    maliciousText,
    fc.constantFrom(
      ...['&a ', '*a', '!!x ', '---\n', '{', '}', '[', ']', ': ', '- ', '\n', '~', 'true', 'cases', 'target'],
    ),
  );

  it('the tests are run, or every error is reported', LONG, async () => {
    const dir = writeTempFiles({ 'outscale.yaml': policy, 'cases/outscale.yaml': cases });
    const mutated = fc.oneof(mutateText(cases, TOKENS.yaml, pieces), maliciousText, fc.constant(cases));
    const seen = await requestFiles.fuzz(60, mutated, (text) => {
      writeFileSync(join(dir, 'cases/outscale.yaml'), text);
      const { errors, results } = testPolicyFiles(dir);
      for (const { line, column, message, fix } of errors) {
        expect(line >= 1 && column >= 1).toBe(true);
        expectPrintable(`${message} ${fix}`);
      }
      if (errors.length === 0) expect(results).not.toEqual([]);
      return errors.length > 0 ? 'reported as invalid' : 'tried';
    });
    expectSome(seen, 'reported as invalid', 'tried');
  });
});
