import { describe, expect, it } from 'vitest';
import { compilePolicy, formatDiagnostic, parseRecordedRequests } from '../../language/index.ts';
import { aPolicyTest, EXPECT_PROD, runPolicyTestFiles, testFileOf } from '../support/policyTestFiles.ts';
import { matching } from './errors/errorRow.ts';

/** Where a person may write a BGP key by mistake: no message shows it, and messages about real addresses stay useful. */

/** `KEY` in the text of a request's or a live interface's `peers`, or beside it. */
const IN_REQUESTS = [
  'peers: KEY',
  'peers: [KEY]',
  'peers: ["KEY"]',
  'peers: [[KEY]]',
  'peers: { KEY }',
  'peers: { KEY: 1 }',
  'peers: [{ KEY }]',
  'peers: [{ KEY: true }]',
  'peers: [{ KEY: 1, KEY: 2 }]',
  'peers: [{ key: KEY }]',
  'peers: [{ key: [KEY] }]',
  'peers: [{ key: { KEY: 1 } }]',
  'peers: [{ key KEY }]',
  'peers: [{ key:KEY }]',
  'peers: [{ keyy: KEY }]',
  'peers: [{ authKey: KEY }]',
  'peers: [{ authKey:KEY }]',
  'peers: [{ bgpAuthKey KEY }]',
  'peers: [{ key: !KEY }]',
  'peers: [{ key: !KEY! }]',
  'peers: [{ key: !<KEY> }]',
  'peers: [{ key: "\\KEY" }]',
  'peers: [{ key: @KEY }]',
  'peers: [{ key: %KEY }]',
  'peers: [{ key: "KEY }]',
  'peers: [{ key: true } KEY ]',
  'peers: [{ key: true }] KEY',
  'peers: [{ asn: KEY }]',
  'peers: [{ asn: [KEY] }]',
  'peers: [{ asn: "KEY" }]',
  'peers: [{ amazonAddress: KEY }]',
  'peers: [{ customerAddress: "KEY/30" }]',
  'peers: [{ customerAddress: [KEY] }]',
  'authKey: KEY',
  'authKey:KEY',
  'bgpKey KEY',
  'md5Key:KEY',
];

/** The same in the `match` of a grant. */
const IN_MATCHES = [
  'peers: KEY',
  'peers: [KEY]',
  'peers: [[KEY]]',
  'peers: { KEY: 1 }',
  'peers: [{ KEY: 1 }]',
  'peers: ["KEY: 1"]',
  'peers: ["KEY:"]',
  'peers: [KEY/24]',
  'asn: KEY',
  'asn: [KEY]',
  'asn: [{ KEY: 1 }]',
  'bgpKey: KEY',
  'bgpKey:KEY',
  'authKey: KEY',
  'authKey:KEY',
  'bgpAuthKey KEY',
];

/** Keys of letters and digits, of digits only, and with signs that occur in addresses. */
const KEYS = ['Planted0key', '271828182845', 'Pl4nted-k.ey', 'deadbeef0planted'];

/** A request file has the same parts in JSON. */
const IN_REQUEST_FILES = [
  '"peers": "KEY"',
  '"peers": ["KEY"]',
  '"peers": { "KEY": 1 }',
  '"peers": [{ "KEY": true }]',
  '"peers": [{ "asn": "KEY" }]',
  '"peers": [{ "amazonAddress": ["KEY"] }]',
  '"peers": [{ "customerAddress": { "KEY": 1 } }]',
  '"peers": [{ "key": "KEY" }]',
  '"peers": [{ "hasKey": "KEY" }]',
  '"peers": [{ "agreedKey": "KEY" }]',
  '"peers": [{ "authKey": "KEY" }]',
  '"authKey": "KEY"',
  '"bgpKey": "KEY"',
];

function testErrors(interfaceKeys: string, isLive: boolean): string[] {
  const vif = `{ connection: dxcon-1, ${interfaceKeys} }`;
  const at = `at: 2026-10-01T00:00:00Z, live: [${vif}]`;
  const test = isLive
    ? aPolicyTest('{ connection: dxcon-1 }', EXPECT_PROD, at)
    : aPolicyTest(vif, EXPECT_PROD);
  const { errors } = runPolicyTestFiles({ 'a.yaml': testFileOf(test) });
  return errors.map((error) => `${formatDiagnostic(error)} ${JSON.stringify(error)}`);
}

function policyErrors(match: string): string[] {
  const result = compilePolicy({ file: 'policy/acme.yaml', text: matching(`{ ${match} }`) });
  return result.ok ? [] : result.errors.map(formatDiagnostic);
}

function requestErrors(keys: string): string[] {
  const text = `{ "connection": "dxcon-1", ${keys} }`;
  return parseRecordedRequests({ file: 'r.json', text }, [[]]).errors.map(formatDiagnostic);
}

const PLACES = [
  ...IN_REQUESTS.flatMap((written): [string, string, (text: string) => string[]][] => [
    ['a request of a policy test', written, (text) => testErrors(text, false)],
    ['a live interface of a policy test', written, (text) => testErrors(text, true)],
  ]),
  ...IN_MATCHES.map((written): [string, string, (text: string) => string[]] => [
    'a match of a policy',
    written,
    policyErrors,
  ]),
  ...IN_REQUEST_FILES.map((written): [string, string, (text: string) => string[]] => [
    'a request file',
    written,
    requestErrors,
  ]),
];

describe('a BGP key that is written by mistake in the BGP part of a file', () => {
  it.each(PLACES)('is in no message: in %s, %s', (_, written, errorsOf) => {
    for (const key of KEYS) {
      // In place of an ASN, a number is shown: it is certainly an ASN with a mistake.
      if (/^\d+$/.test(key) && written.includes('asn')) continue;
      const errors = errorsOf(written.replaceAll('KEY', key));
      expect(errors, key).not.toEqual([]);
      expect(errors.join('\n').toLowerCase()).not.toContain(key.toLowerCase());
    }
  });
});

describe('a value in the BGP part of a file that is certainly no key', () => {
  it.each([
    ['peers: [{ amazonAddress: 10.0.0.300/30 }]', '10.0.0.300/30'],
    ['peers: [{ customerAddress: 169.254.10/30 }]', '169.254.10/30'],
    ['peers: [{ customerAddress: "fd00::12345/64" }]', 'fd00::12345/64'],
    ['peers: [{ asn: 4294967296 }]', '4294967296'],
    ['peers: [{ asn: AS65010 }]', 'AS65010'],
    ['peers: [169.254.10.1/30]', '169.254.10.1/30'],
    ['peers: [true]', 'true'],
    ['peers: [{ authKey: x }]', 'authKey'],
    ['peers: [{ amazonAdress: x }]', 'did you mean `amazonAddress`?'],
  ])('is shown in a policy test: %s', (written, shown) => {
    expect(testErrors(written, false).join('\n')).toContain(shown);
  });

  it.each([
    ['peers: [169.254.10.0/33]', '169.254.10.0/33'],
    ['peers: [169.254.10/24]', '169.254.10/24'],
    ['peers: [2001:db8::]', '2001:db8::'],
    ['peers: 169.254.10.0/24', '[169.254.10.0/24]'],
    ['asn: [AS65010]', 'AS65010'],
    ['asn: [65010.0]', '65010.0'],
    ['asn: 65010', '[65010]'],
  ])('is shown in a policy: %s', (written, shown) => {
    expect(policyErrors(written).join('\n')).toContain(shown);
  });

  it('is shown where an owner, a grant and a tag have names like the keys of that part', () => {
    const text = `version: 1
recipient: { provider: aws, region: eu-west-1, account: "012345678901" }
owners:
  peers: { connections: [dxcon-1], grants: { bgpKey: { gateway: gw, limit: many } } }
  acme: { connections: [dxcon-2], grants: { prod: { gateway: vgw-12345678, match: { tags: { key: prod } } } } }
`;
    const result = compilePolicy({ file: 'policy/acme.yaml', text });
    const errors = result.ok ? [] : result.errors.map(formatDiagnostic).join('\n');
    expect(errors).toContain('owners.peers.grants.bgpKey.limit: must be a whole number, is the text `many`');
    expect(errors).toContain('[prod]');
  });
});
