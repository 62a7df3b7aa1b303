import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeExpectation, testPolicyFiles } from '../../language/index.ts';
import {
  aPolicyTest,
  EXPECT_PROD,
  runPolicyTestFiles,
  TESTED_POLICY,
  testFileOf,
} from '../support/policyTestFiles.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

/** The result of one test: whether it passed, or else the actual decision as text. */
function outcome(request: string, expected: string, more?: string): string | boolean {
  const { errors, results } = runPolicyTestFiles({
    'acme.yaml': testFileOf(aPolicyTest(request, expected, more)),
  });
  expect(errors).toEqual([]);
  const [result, ...others] = results;
  expect(others).toEqual([]);
  if (result === undefined || result.passed) return result?.passed ?? 'no test was run';
  const { decision } = result;
  return decision.verdict === 'accept'
    ? describeExpectation({ accept: decision })
    : decision.reasons.map(({ code }) => code).join();
}

const ON_1 = '{ connection: dxcon-1, vlan: 100 }';
const at = (live: string): string => `at: 2026-10-01T00:00:00Z, live: [${live}]`;

describe('a policy test passes', () => {
  it.each([
    ['when it is accepted as expected', ON_1, EXPECT_PROD],
    ['when the gateway is given by its ID', ON_1, EXPECT_PROD.replace('core', 'vgw-12345678')],
    ['when it is held as expected', '{ connection: dxcon-9 }', '{ hold: [unknown-requester] }'],
    [
      'when the reasons are in another order',
      '{ connection: dxcon-1, vlan: 150 }',
      '{ hold: [grant-limit, held-by-policy] }',
      at('{ connection: dxcon-1, vlan: 101 }'),
    ],
    [
      'when it depends on the time',
      '{ connection: dxcon-2, vlan: 300 }',
      '{ hold: [grant-ended] }',
      'at: 2026-11-01T00:00:00Z',
    ],
    [
      'when it depends on the time with an offset',
      '{ connection: dxcon-2, vlan: 300 }',
      '{ accept: { owner: acme, grant: late, gateway: vgw-87654321 } }',
      'at: 2026-11-01T01:59:59+02:00',
    ],
    [
      'when it depends on a field that the API does not return',
      '{ connection: dxcon-1 }',
      '{ hold: [held-by-policy, no-grant] }',
    ],
    [
      'when it depends on the owner account',
      '{ connection: dxcon-3, ownerAccount: "999999999999" }',
      '{ hold: [owner-mismatch] }',
    ],
    [
      'when a limit depends on live interfaces',
      ON_1,
      '{ hold: [grant-limit] }',
      at('{ connection: dxcon-1, vlan: 101 }'),
    ],
    [
      'when a deleted interface does not count towards a limit',
      ON_1,
      EXPECT_PROD,
      at('{ connection: dxcon-1, vlan: 101, state: deleted }'),
    ],
    [
      'when a live interface uses the VLAN',
      '{ connection: dxcon-3, vlan: 5 }',
      '{ hold: [vlan-in-use] }',
      at('{ connection: dxcon-3, vlan: 5, gateway: core }'),
    ],
    [
      'when it depends on the addresses of its peers',
      '{ connection: dxcon-3, peers: [{ amazonAddress: 10.0.0.1/30, customerAddress: 10.0.1.2/30 }] }',
      '{ hold: [peers-invalid] }',
    ],
  ])('%s', (_, request, expected, more = 'at: 2026-10-01T00:00:00Z') => {
    expect(outcome(request, expected, more)).toBe(true);
  });
});

describe('a policy test decides by', () => {
  const KEY = `sha256:${'a'.repeat(64)}`;
  const OTHER = `sha256:${'b'.repeat(64)}`;
  const keyed = TESTED_POLICY.replace('vlan: [100-199] }', `vlan: [100-199], bgpKey: "${KEY}" }`);
  const byId = TESTED_POLICY.replace('vlan: [100-199] }', 'vlan: [100-199], id: [dxvif-1a2b3c4d] }');
  const held = '{ hold: [no-grant] }';

  it.each([
    ['the agreed key', keyed, `peers: [{ key: "${KEY}" }]`, EXPECT_PROD],
    ['the agreed key of every session', keyed, `peers: [{ key: "${KEY}" }, { key: true }]`, held],
    ['a key that is none of the agreed ones', keyed, 'peers: [{ key: true }]', held],
    ['the agreed key of another party', keyed, `peers: [{ key: "${OTHER}" }]`, held],
    ['no key', keyed, 'peers: [{ key: false }]', held],
    ['a key that the API does not return', keyed, 'peers: [{ asn: 65010 }]', held],
    ['the ID', byId, 'id: dxvif-1a2b3c4d', EXPECT_PROD],
    ['another ID', byId, 'id: dxvif-1a2b3c4', held],
    ['an ID that the test does not name', byId, 'peers: []', held],
  ])('%s', (_, policy, more, expected) => {
    const test = aPolicyTest(`{ connection: dxcon-1, vlan: 100, ${more} }`, expected);
    const { errors, results } = runPolicyTestFiles({ 'acme.yaml': testFileOf(test) }, policy);
    expect(errors).toEqual([]);
    expect(results.map(({ passed }) => passed)).toEqual([true]);
  });

  it('the ID of a live interface, where a limit counts it', () => {
    const policy = byId.replace('id: [dxvif-1a2b3c4d]', 'id: [dxvif-1a2b3c4d, dxvif-2]');
    const among = (id: string, expected: string): string =>
      aPolicyTest(
        '{ connection: dxcon-1, vlan: 100, id: dxvif-1a2b3c4d }',
        expected,
        at(`{ connection: dxcon-1, vlan: 101, id: ${id} }`),
        `live ${id}`,
      );
    const tests = [among('dxvif-2', '{ hold: [grant-limit] }'), among('dxvif-3', EXPECT_PROD)];
    const { errors, results } = runPolicyTestFiles({ 'acme.yaml': testFileOf(...tests) }, policy);
    expect(errors).toEqual([]);
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
  });
});

describe('a policy test fails when the decision is as expected but its reasons are not', () => {
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
    ['one more reason', '{ connection: dxcon-1, vlan: 150 }', '{ hold: [grant-limit] }', 'held-by-policy'],
    [
      'one reason fewer',
      '{ connection: dxcon-9 }',
      '{ hold: [unknown-requester, frozen] }',
      'unknown-requester',
    ],
  ])('%s', (_, request, expected, got) => {
    expect(outcome(request, expected)).toBe(got);
  });
});

describe('the grants and hold rules that no policy test covers', () => {
  const missing = (...lines: string[]) =>
    runPolicyTestFiles({ 'acme.yaml': testFileOf(...lines) }).untested.map(
      ({ line, column, path }) => `${line}:${column} ${path}`,
    );

  it('are reported with their positions', () => {
    const held = aPolicyTest('{ connection: dxcon-2, vlan: 7 }', '{ hold: [no-grant] }');
    expect(missing(held)).toEqual([
      '9:7 owners.acme.grants.prod',
      '10:7 owners.acme.grants.late',
      '11:60 owners.beta.gateway',
      '13:5 hold[0]',
    ]);
  });

  it('are none when each of them decides a test', () => {
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

describe('the policy tests that are run', () => {
  it('are those of the listed policies', () => {
    const other = TESTED_POLICY.replace('eu-west-2', 'us-east-2');
    const cases = testFileOf(aPolicyTest(ON_1, EXPECT_PROD));
    const dir = writeTempFiles({
      'policy/acme.yaml': TESTED_POLICY,
      'policy/lab.yaml': other,
      'policy/cases/one.yaml': cases,
      'policy/cases/two.yaml': cases.replace('acme', 'lab'),
      'policy/cases/README.md': 'not a policy test',
    });
    const targets = (where: string | string[]) => testPolicyFiles(where).results.map(({ target }) => target);
    expect(targets(join(dir, 'policy'))).toEqual(['acme', 'lab']);
    expect(targets([join(dir, 'policy/lab.yaml')])).toEqual(['lab']);
  });

  it('can be none', () => {
    expect(runPolicyTestFiles({})).toMatchObject({ errors: [], results: [], untested: [] });
  });

  it('have their lines in the results', () => {
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

describe('the policy tests of the examples', () => {
  it('pass and cover every grant and every hold rule', () => {
    const { errors, results, untested } = testPolicyFiles('examples');
    expect({ errors, untested }).toEqual({ errors: [], untested: [] });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect([...new Set(results.map(({ target }) => target))]).toEqual(['aws', 'outscale', 'smallest']);
  });
});

describe('the policy tests in docs/policy-in-git.md', () => {
  it('pass for the policy that they name', () => {
    const [, text = ''] =
      /```yaml\n(version: 1\ntarget: .*?)```/s.exec(readFileSync('docs/policy-in-git.md', 'utf8')) ?? [];
    const policy = readFileSync('examples/outscale.yaml', 'utf8');
    const dir = writeTempFiles({ 'policy/outscale.yaml': policy, 'policy/cases/docs.yaml': text });
    const { errors, results } = testPolicyFiles(join(dir, 'policy'));
    expect(errors).toEqual([]);
    expect(results.map(({ passed }) => passed)).toEqual([true, true]);
  });
});
