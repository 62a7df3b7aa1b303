import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../language/index.ts';
import {
  aPolicyTest,
  EXPECT_PROD,
  runPolicyTestFiles,
  TESTED_POLICY,
  testFileOf,
} from '../support/policyTestFiles.ts';

/** A file with one test whose request is in line 4. */
const asked = (request: string): string => testFileOf(aPolicyTest(request, EXPECT_PROD));
/** A file with one test whose expectation is in line 4. */
const expecting = (expected: string): string => testFileOf(aPolicyTest('{ connection: dxcon-1 }', expected));
const among = (live: string): string =>
  testFileOf(aPolicyTest('{ connection: dxcon-1 }', EXPECT_PROD, `at: 2026-10-01T00:00:00Z, live: ${live}`));
const VALID = aPolicyTest('{ connection: dxcon-1, vlan: 100 }', EXPECT_PROD);

type Row = readonly [text: string, code: string, path: string, place: string, fix: string];

const ROWS: readonly Row[] = [
  ['', 'empty-file', '', '1:1', 'examples/'],
  ['version: 1\ntarget: acme\n', 'missing-key', 'cases', '1:1', 'add `cases:` with at least one policy test'],
  ['version: 1\ntarget: acme\ncases: []\n', 'empty-list', 'cases', '3:8', 'write at least one item'],
  [testFileOf(VALID).replace('acme', 'acmee'), 'no-target', 'target', '2:9', 'did you mean `acme`?'],
  [
    testFileOf(VALID).replace('target: acme\n', ''),
    'missing-key',
    'target',
    '1:1',
    "name of the policy's file",
  ],
  [testFileOf(VALID, VALID), 'case-twice', 'cases[1].name', '5:13', 'choose a name'],
  [testFileOf(VALID.replace('- ', '- &x ')), 'anchor', 'cases[0]', '4:5', 'remove it'],
  [
    testFileOf(VALID.replace('name: one, ', '')),
    'missing-key',
    'cases[0].name',
    '4:5',
    'what the policy test shows',
  ],
  [testFileOf(VALID.replace('00:00Z', '00:00')), 'instant', 'cases[0].at', '4:22', 'or another offset'],
  [
    testFileOf(VALID.replace('request:', 'requst:')),
    'unknown-key',
    'cases[0].requst',
    '4:44',
    'did you mean `request`?',
  ],
  [
    asked('{ vlan: 100 }'),
    'missing-key',
    'cases[0].request.connection',
    '4:44',
    'the connection of the request',
  ],
  [
    asked('{ connection: dxcon-1, vlna: 1 }'),
    'unknown-key',
    'cases[0].request.vlna',
    '4:76',
    'did you mean `vlan`?',
  ],
  [
    asked('{ connection: dxcon-1, vlan: 5000 }'),
    'number-range',
    'cases[0].request.vlan',
    '4:82',
    'up to 4094',
  ],
  [
    asked('{ connection: dxcon-1, mtu: 1500 }'),
    'unreturned-field',
    'cases[0].request.mtu',
    '4:81',
    'remove it',
  ],
  [
    asked('{ connection: dxcon-1, ownerAccount: 012345678901 }'),
    'unquoted-account',
    'cases[0].request.ownerAccount',
    '4:90',
    'write it in quotes: "012345678901"',
  ],
  [
    asked('{ connection: dxcon-1, id: dxvif-1A }'),
    'interface-id',
    'cases[0].request.id',
    '4:80',
    'write `dxvif-1a`',
  ],
  [
    among('[{ connection: dxcon-1, id: "(item 1)" }]'),
    'interface-id',
    'cases[0].live[0].id',
    '4:78',
    '`dxvif-`',
  ],
  [
    asked('{ connection: dxcon-1, ownerAccount: "12" }'),
    'account',
    'cases[0].request.ownerAccount',
    '4:90',
    '12 digits',
  ],
  [
    asked('{ connection: dxcon-1, peers: [{ amazonAddress: 10.0.0.300 }] }'),
    'address',
    'cases[0].request.peers[0].amazonAddress',
    '4:101',
    '169.254.10.1/30',
  ],
  [
    asked('{ connection: dxcon-1, peers: [{}] }'),
    'empty-map',
    'cases[0].request.peers[0]',
    '4:84',
    'at least one key',
  ],
  [
    asked('{ connection: dxcon-1, peers: [{ key: hunter2 }] }'),
    'wrong-value',
    'cases[0].request.peers[0].key',
    '4:91',
    'never the key',
  ],
  [
    asked('{ connection: dxcon-1, peers: [{ key: sha256:hunter2 }] }'),
    'wrong-value',
    'cases[0].request.peers[0].key',
    '4:91',
    'never the key',
  ],
  [
    among('[{ connection: dxcon-1, gateway: cor }]'),
    'undefined-gateway',
    'cases[0].live[0].gateway',
    '4:83',
    'did you mean `core`?',
  ],
  [
    among('[{ connection: dxcon-1, state: availble }]'),
    'wrong-value',
    'cases[0].live[0].state',
    '4:81',
    'did you mean `available`?',
  ],
  [expecting('{}'), 'expectation', 'cases[0].expect', '4:78', 'add `accept:`'],
  [
    expecting(`${EXPECT_PROD.slice(0, -2)}, hold: [no-grant] }`),
    'expectation',
    'cases[0].expect',
    '4:78',
    'keep `accept` or `hold`',
  ],
  [
    expecting('{ accept: { owner: acme, grant: prod } }'),
    'missing-key',
    'cases[0].expect.accept.gateway',
    '4:88',
    'add `gateway:`',
  ],
  [
    expecting('{ accept: { owner: acme, grant: prod, gateway: cor } }'),
    'undefined-gateway',
    'cases[0].expect.accept.gateway',
    '4:133',
    'did you mean `core`?',
  ],
  [expecting('{ hold: [] }'), 'empty-list', 'cases[0].expect.hold', '4:94', 'at least one item'],
  [
    expecting('{ hold: [no-grnat] }'),
    'reason-code',
    'cases[0].expect.hold[0]',
    '4:95',
    'did you mean `no-grant`?',
  ],
  [
    expecting('{ hold: [gateway-missing] }'),
    'undecidable-reason',
    'cases[0].expect.hold[0]',
    '4:95',
    'remove it',
  ],
  [
    expecting('{ hold: [not-private] }'),
    'reason-code',
    'cases[0].expect.hold[0]',
    '4:95',
    'write `type-not-supported`',
  ],
  [expecting('{ hold: [unreadable] }'), 'undecidable-reason', 'cases[0].expect.hold[0]', '4:95', 'remove it'],
];

describe('a file of policy tests with one mistake has one error, with its position and a fix', () => {
  it.each(ROWS.map((row) => [`${row[1]} at ${row[2]}`, row] as const))(
    '%s',
    (_, [text, code, path, place, fix]) => {
      const { errors, results } = runPolicyTestFiles({ 'acme.yaml': text });
      expect(errors.map((error) => [error.code, error.path, `${error.line}:${error.column}`])).toEqual([
        [code, path, place],
      ]);
      expect(errors[0]?.file).toMatch(/policy\/cases\/acme\.yaml$/);
      expect(errors[0]?.fix).toContain(fix);
      expect(errors.map(formatDiagnostic).join()).not.toContain('hunter2');
      // If there is any error, no test is run, so that a part of the tests is not taken for all of them.
      expect(results).toEqual([]);
    },
  );
});

describe('errors in several files', () => {
  it('are reported at once, for policies and for policy tests', () => {
    const { errors } = runPolicyTestFiles(
      { 'a.yaml': 'version: 2', 'b.yml': testFileOf(VALID) },
      TESTED_POLICY.replace('core:', 'cor:'),
    );
    const found = errors.map(({ file, code }) => `${file.replace(/.*policy\//, '')} ${code}`);
    expect(found).toEqual([
      'acme.yaml unused-gateway',
      'acme.yaml undefined-gateway',
      'acme.yaml undefined-gateway',
      'cases/a.yaml missing-key',
      'cases/a.yaml missing-key',
      'cases/a.yaml wrong-value',
      'cases/b.yml file-extension',
    ]);
  });

  it('include a name that two policy tests in different files share', () => {
    const { errors } = runPolicyTestFiles({
      'a.yaml': testFileOf(VALID),
      'b.yaml': testFileOf(VALID),
    });
    expect(errors).toMatchObject([{ code: 'case-twice', path: 'cases[0].name' }]);
    expect(errors[0]?.message).toMatch(/`one`.*`.*cases\/a\.yaml`/);
  });
});
