import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inWords, testFiles } from '../../language/index.ts';
import {
  aPolicyTest,
  EXPECT_PROD,
  runPolicyTestFiles,
  TESTED_POLICY,
  testFileOf,
} from '../support/policyTestFiles.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** What became of one case, as it is told. */
function outcome(request: string, expected: string, more?: string): string | boolean {
  const { errors, results } = runPolicyTestFiles({
    'acme.yaml': testFileOf(aPolicyTest(request, expected, more)),
  });
  expect(errors).toEqual([]);
  const [result, ...others] = results;
  expect(others).toEqual([]);
  if (result === undefined || result.passed) return result?.passed ?? 'nothing was tried';
  const { decision } = result;
  return decision.verdict === 'accept'
    ? inWords({ accept: decision })
    : decision.reasons.map(({ code }) => code).join();
}

const ON_1 = '{ connection: dxcon-1, vlan: 100 }';
const at = (live: string): string => `at: 2026-10-01T00:00:00Z, live: [${live}]`;

describe('a case passes', () => {
  it.each([
    ['when it is accepted as expected', ON_1, EXPECT_PROD],
    ['with the gateway named by its ID too', ON_1, EXPECT_PROD.replace('core', 'vgw-12345678')],
    ['when it is held as expected', '{ connection: dxcon-9 }', '{ hold: [unknown-requester] }'],
    [
      'whatever the order of the reasons',
      '{ connection: dxcon-1, vlan: 150 }',
      '{ hold: [grant-limit, held-by-policy] }',
      at('{ connection: dxcon-1, vlan: 101 }'),
    ],
    [
      'by its time',
      '{ connection: dxcon-2, vlan: 300 }',
      '{ hold: [grant-ended] }',
      'at: 2026-11-01T00:00:00Z',
    ],
    [
      'by an offset of its time',
      '{ connection: dxcon-2, vlan: 300 }',
      '{ accept: { owner: acme, grant: late, gateway: vgw-87654321 } }',
      'at: 2026-11-01T01:59:59+02:00',
    ],
    ['by what the API does not give', '{ connection: dxcon-1 }', '{ hold: [held-by-policy, no-grant] }'],
    [
      'by the account that the API names',
      '{ connection: dxcon-3, ownerAccount: "999999999999" }',
      '{ hold: [owner-mismatch] }',
    ],
    [
      'by live interfaces, for limits',
      ON_1,
      '{ hold: [grant-limit] }',
      at('{ connection: dxcon-1, vlan: 101 }'),
    ],
    [
      'by live interfaces, those over left out',
      ON_1,
      EXPECT_PROD,
      at('{ connection: dxcon-1, vlan: 101, state: deleted }'),
    ],
    [
      'by live interfaces, for the network',
      '{ connection: dxcon-3, vlan: 5 }',
      '{ hold: [vlan-in-use] }',
      at('{ connection: dxcon-3, vlan: 5, gateway: core }'),
    ],
    [
      'by the addresses of its peers',
      '{ connection: dxcon-3, peers: [{ amazonAddress: 10.0.0.1/30, customerAddress: 10.0.1.2/30 }] }',
      '{ hold: [peers-invalid] }',
    ],
  ])('%s', (_, request, expected, more = 'at: 2026-10-01T00:00:00Z') => {
    expect(outcome(request, expected, more)).toBe(true);
  });
});

describe('a case fails when the request fares as expected for another reason', () => {
  it.each([
    [
      'another owner',
      ON_1,
      EXPECT_PROD.replace('acme', 'beta'),
      'accept by `acme.prod`, gateway `vgw-12345678`',
    ],
    [
      'another grant',
      ON_1,
      EXPECT_PROD.replace('prod', 'late'),
      'accept by `acme.prod`, gateway `vgw-12345678`',
    ],
    [
      'another gateway',
      ON_1,
      EXPECT_PROD.replace('core', 'vgw-87654321'),
      'accept by `acme.prod`, gateway `vgw-12345678`',
    ],
    ['another reason', '{ connection: dxcon-9 }', '{ hold: [no-grant] }', 'unknown-requester'],
    ['a reason more', '{ connection: dxcon-1, vlan: 150 }', '{ hold: [grant-limit] }', 'held-by-policy'],
    [
      'a reason less',
      '{ connection: dxcon-9 }',
      '{ hold: [unknown-requester, frozen] }',
      'unknown-requester',
    ],
  ])('%s', (_, request, expected, got) => {
    expect(outcome(request, expected)).toBe(got);
  });
});

describe('what no case shows at work', () => {
  const missing = (...lines: string[]) =>
    runPolicyTestFiles({ 'acme.yaml': testFileOf(...lines) }).untested.map(
      ({ line, column, path }) => `${line}:${column} ${path}`,
    );

  it('is told with its place: grants that accept nothing, lines that hold nothing', () => {
    const held = aPolicyTest('{ connection: dxcon-2, vlan: 7 }', '{ hold: [no-grant] }');
    expect(missing(held)).toEqual([
      '9:7 owners.acme.grants.prod',
      '10:7 owners.acme.grants.late',
      '11:60 owners.beta.gateway',
      '13:5 hold[0]',
    ]);
  });

  it('is nothing when every one of them decides a case', () => {
    const late = '{ accept: { owner: acme, grant: late, gateway: vgw-87654321 } }';
    const beta = '{ accept: { owner: beta, grant: default, gateway: core } }';
    const when = 'at: 2026-10-01T00:00:00Z';
    expect(
      missing(
        aPolicyTest(ON_1, EXPECT_PROD, when, 'a'),
        aPolicyTest('{ connection: dxcon-2, vlan: 300 }', late, when, 'b'),
        aPolicyTest('{ connection: dxcon-3 }', beta, when, 'c'),
        aPolicyTest('{ connection: dxcon-1, vlan: 150 }', '{ hold: [held-by-policy] }', when, 'd'),
      ),
    ).toEqual([]);
  });
});

describe('the cases that are tried', () => {
  it('are those beside the policies that were named, of their targets alone', () => {
    const other = TESTED_POLICY.replace('eu-west-2', 'us-east-2');
    const cases = testFileOf(aPolicyTest(ON_1, EXPECT_PROD));
    const dir = writeTempFiles({
      'policy/acme.yaml': TESTED_POLICY,
      'policy/lab.yaml': other,
      'policy/cases/one.yaml': cases,
      'policy/cases/two.yaml': cases.replace('acme', 'lab'),
      'policy/cases/README.md': 'no case',
    });
    const targets = (where: string | string[]) => testFiles(where).results.map(({ target }) => target);
    expect(targets(join(dir, 'policy'))).toEqual(['acme', 'lab']);
    expect(targets([join(dir, 'policy/lab.yaml')])).toEqual(['lab']);
  });

  it('may be none', () => {
    expect(runPolicyTestFiles({})).toMatchObject({ faults: [], results: [], unexercised: [] });
  });

  it('are told where they stand', () => {
    const { results } = runPolicyTestFiles({
      'acme.yaml': testFileOf(
        aPolicyTest(ON_1, EXPECT_PROD),
        aPolicyTest(ON_1, EXPECT_PROD, undefined, 'two'),
      ),
    });
    expect(results.map(({ name, line }) => [name, line])).toEqual([
      ['one', 4],
      ['two', 5],
    ]);
  });
});

describe('the cases of the examples', () => {
  it('pass, and show every grant and every line that holds at work', () => {
    const { errors: faults, results, untested } = testFiles('examples');
    expect({ faults, unexercised: untested }).toEqual({ faults: [], unexercised: [] });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect([...new Set(results.map(({ target }) => target))]).toEqual(['aws', 'outscale', 'smallest']);
  });
});

describe('the cases of docs/policy-in-git.md', () => {
  it('pass on the policy that they name', () => {
    const [, text = ''] =
      /```yaml\n(version: 1\ntarget: .*?)```/s.exec(readFileSync('docs/policy-in-git.md', 'utf8')) ?? [];
    const policy = readFileSync('examples/outscale.yaml', 'utf8');
    const dir = writeTempFiles({ 'policy/outscale.yaml': policy, 'policy/cases/docs.yaml': text });
    const { errors: faults, results } = testFiles(join(dir, 'policy'));
    expect(faults).toEqual([]);
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
  });
});
