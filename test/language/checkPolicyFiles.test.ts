import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPolicyFiles } from '../../language/index.ts';
import { writeTempFiles } from '../support/tempFiles.ts';

const AT = new Date('2026-10-01T00:00:00Z');
const USUAL_KEY = 'sha256:5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8';

const POLICY = `version: 1
recipient: { provider: aws, region: nowhere-1, account: "012345678901" }
limits: { acceptsPerPass: 3 }
owners:
  acme:
    connections: [dxcon-11111111, dxcon-22222222]
    contact: a@acme.example, b@globex.example
    grants:
      prod: { gateway: vgw-12345678, match: { vlan: [1], name: ["acme-?"] } }
      keyed: { gateway: vgw-12345678, match: { vlan: [2], bgpKey: required } }
      usual: { gateway: vgw-12345678, match: { vlan: [3], bgpKey: "${USUAL_KEY}" } }
      ended: { gateway: vgw-12345678, match: { vlan: [4] }, until: 2026-01-01T00:00:00Z }
  beta:
    connections: [dxcon-33333333]
    limit: 0
    gateway: vgw-12345678
hold:
  - { vlan: [9] }
  - { location: ["PAR*"] }
`;

function check(text: string) {
  return checkPolicyFiles(join(writeTempFiles({ 'policy/hub.yaml': text }), 'policy'), AT);
}

describe('the check of a valid policy', () => {
  it('gives each warning a code, and the position of its grant, rule or key', () => {
    const { errors, warnings } = check(POLICY);
    expect(errors).toEqual([]);
    expect(warnings.map(({ code, line, column, path }) => [code, line, column, path])).toEqual([
      ['unknown-region', 2, 29, 'recipient.region'],
      ['renamed-key', 3, 11, 'limits.acceptsPerPass'],
      ['suspicious-pattern', 9, 7, 'owners.acme.grants.prod'],
      ['generated-key', 10, 7, 'owners.acme.grants.keyed'],
      ['usual-key', 11, 7, 'owners.acme.grants.usual'],
      ['unreachable-grant', 12, 7, 'owners.acme.grants.ended'],
      // The grant of an owner with `gateway` has no place of its own.
      ['unreachable-grant', 13, 3, 'owners.beta.grants.default'],
      // As in the file: the compiled policy sorts hold rules.
      ['suspicious-pattern', 19, 5, 'hold[1]'],
    ]);
  });

  it('names owner and grant of a grant that accepts nothing only', () => {
    const named = check(POLICY).warnings.filter(({ owner }) => owner !== null);
    expect(named.map(({ code, owner, grant }) => [code, owner, grant])).toEqual([
      ['unreachable-grant', 'acme', 'ended'],
      ['unreachable-grant', 'beta', 'default'],
    ]);
  });

  it('gives each notice the position of its connection', () => {
    const { notices } = check(POLICY);
    expect(notices.map(({ connection, line, column }) => [connection, line, column])).toEqual([
      ['dxcon-11111111', 6, 19],
      ['dxcon-22222222', 6, 35],
    ]);
  });
});

it('a policy with an error has no warnings, and others keep theirs', () => {
  const dir = writeTempFiles({
    'policy/a.yaml': 'version: 2\n',
    'policy/b.yaml': POLICY,
  });
  const { errors, warnings, policies } = checkPolicyFiles(join(dir, 'policy'), AT);
  expect(new Set(errors.map(({ file }) => file))).toEqual(new Set([join(dir, 'policy/a.yaml')]));
  expect(policies).toHaveLength(1);
  expect(warnings).toHaveLength(8);
});
