import { describe, expect, it } from 'vitest';
import { compilePolicies, compilePolicy, formatDiagnostic } from '../../language/index.ts';

/** Position, path and code of every error. */
function errorsIn(text: string): string[] {
  const result = compilePolicy({ file: 'policy/acme.yaml', text });
  return result.ok
    ? []
    : result.errors.map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`);
}

const RECIPIENT = 'recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }';

describe('all errors are reported at once, in the order of the file', () => {
  it('including those of YAML, of the schema and of the rules', () => {
    const text = `version: 2
recipient:
  provider: outscale
  regin: eu-west-2
  account: 012345678901
freeze: yes
freeze: true
gateways:
  core: vgw-12345678
  spare: vgw-87654321
owners:
  Acme: 5
  beta:
    connections: [dxcon-1, dxcon-2, dxcon-2, *other]
    gateway: cor
  gamma:
    connections: [dxcon-1]
    grants:
      prod:
        gateway: core
        match: { vlan: [1e3, 20-10], peers: [10.0.0.1/8], mtu: [9001] }
        until: 2026-11-01
      lab: { gateway: core, from: 2026-11-02T00:00:00Z, until: 2026-11-01T00:00:00Z }
hold:
  - &line { reason: 5 }
`;
    expect(errorsIn(text)).toEqual([
      '1:10 version wrong-value',
      '4:3 recipient.regin unknown-key',
      '5:12 recipient.account unquoted-account',
      '6:9 freeze wrong-type',
      '7:1 freeze duplicate-key',
      '12:3 owners.Acme name',
      '12:9 owners.Acme wrong-type',
      '14:37 owners.beta.connections[2] connection-twice',
      '14:46 owners.beta.connections[3] alias',
      '15:14 owners.beta.gateway undefined-gateway',
      '17:19 owners.gamma.connections[0] connection-of-two',
      '21:25 owners.gamma.grants.prod.match.vlan[0] number-spelling',
      '21:30 owners.gamma.grants.prod.match.vlan[1] vlan',
      '21:46 owners.gamma.grants.prod.match.peers[0] host-bits',
      '21:64 owners.gamma.grants.prod.match.mtu unreturned-field',
      '22:16 owners.gamma.grants.prod.until instant',
      '23:64 owners.gamma.grants.lab.until empty-interval',
      '25:5 hold[0] anchor',
      '25:11 hold[0] no-predicate',
      '25:21 hold[0].reason wrong-type',
    ]);
  });

  it('without an unused gateway if a part that may use it cannot be read', () => {
    const gateways = 'gateways: { lab: vgw-12345678 }';
    const owner = (rest: string): string =>
      `version: 1\n${RECIPIENT}\n${gateways}\nowners: { a: { connections: [dxcon-1], ${rest} } }`;
    expect(errorsIn(owner('gateway: vgw-87654321'))).toEqual(['3:18 gateways.lab unused-gateway']);
    expect(errorsIn(owner('gateway: 5'))).toEqual(['4:49 owners.a.gateway wrong-type']);
    expect(errorsIn(owner('gatway: lab'))).toEqual(['4:40 owners.a.gatway unknown-key']);
    expect(errorsIn(owner('grants: lab'))).toEqual(['4:48 owners.a.grants wrong-type']);
    expect(errorsIn(owner('grants: { x: { gateway: vgw-87654321 }, y: lab }'))).toEqual([
      '4:83 owners.a.grants.y wrong-type',
    ]);
  });

  it('without an undefined gateway if `gateways` cannot be read', () => {
    const text = `version: 1\n${RECIPIENT}\ngateways: lab\nowners: { a: { connections: [dxcon-1], gateway: lab } }`;
    expect(errorsIn(text)).toEqual(['3:11 gateways wrong-type']);
  });

  it('without a foreign connection if the connections of the owner cannot be read', () => {
    const text = `version: 1
${RECIPIENT}
owners: { a: { connections: [*x], grants: { g: { gateway: vgw-12345678, match: { connection: [dxcon-2] } } } } }`;
    expect(errorsIn(text)).toEqual(['3:30 owners.a.connections[0] alias']);
  });

  it('including those in both occurrences of a duplicate key', () => {
    const text = `version: 1
${RECIPIENT}
owners:
  a: { connections: [dxcon-1], gateway: lab }
gateways: { lab: vgw-12345678 }
owners:
  b: { connections: [dxcon-1], gateway: core }
gateways: { core: vgw-1 }`;
    expect(errorsIn(text)).toEqual([
      '6:1 owners duplicate-key',
      '7:22 owners.b.connections[0] connection-of-two',
      '8:1 gateways duplicate-key',
      '8:19 gateways.core gateway-id',
    ]);
  });

  it('up to an error of syntax, because the rest may be read otherwise than it was meant', () => {
    const text = `version: 2
recipient: { provider: outscale, region: eu-west-2, account: 012345678901 }
freeze: true
owners:
  a:
    connections: [dxcon-1
    gateway: lab
freese: true
`;
    expect(errorsIn(text)).toEqual([
      '1:10 version wrong-value',
      '2:62 recipient.account unquoted-account',
      '7:5  yaml-syntax',
    ]);
  });

  it('for all files, including errors between them', () => {
    const validPolicy = (account: string): string =>
      `version: 1\nrecipient: { provider: aws, region: eu-west-1, account: "${account}" }\nowners: { a: { connections: [dxcon-1], gateway: vgw-12345678 } }\n`;
    const result = compilePolicies([
      { file: 'policy/two.yaml', text: `${validPolicy('012345678901')}freese: true` },
      { file: 'policy/one.yaml', text: validPolicy('012345678901') },
      { file: 'policy/Three.yaml', text: validPolicy('210987654321') },
    ]);
    expect(result.ok ? [] : result.errors.map(formatDiagnostic)).toEqual([
      expect.stringMatching(
        /^policy\/Three\.yaml:1:1 the file name is the name of the target, and `Three` is not a valid name; rename it: /,
      ),
      'policy/one.yaml:2:12 recipient: `policy/one.yaml` and `policy/two.yaml` are both for `aws/eu-west-1/012345678901`; ' +
        'merge them: one file for each provider, region and account',
      'policy/two.yaml:4:1 freese: unknown key `freese`; did you mean `freeze`?',
    ]);
  });
});
