import { describe, expect, it } from 'vitest';
import { digestOf } from '../../core/json.ts';
import { compilePolicy } from '../../language/index.ts';

function compiled(...lines: readonly string[]) {
  const result = compilePolicy({ file: 'policy/acme.yaml', text: lines.join('\n') });
  if (!result.ok) throw new Error(JSON.stringify(result.errors, null, 1));
  return result;
}

const HEAD = ['version: 1', 'recipient: { provider: aws, region: eu-west-1, account: "012345678901" }'];
const OUTSCALE = [
  'version: 1',
  'recipient: { provider: outscale, region: eu-west-2, account: "012345678901" }',
];
const ACME = 'owners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }';

function grant(written: string) {
  const { policy } = compiled(
    ...HEAD,
    `owners: { acme: { connections: [dxcon-1, dxcon-2], grants: { g: { gateway: vgw-12345678, ${written} } } } }`,
  );
  const [first] = policy.owners[0]?.grants ?? [];
  if (first === undefined) throw new Error('no grant');
  return first;
}

describe('the compiled form', () => {
  it('of the smallest policy contains every default', () => {
    const nothing = {
      connection: null,
      id: null,
      vlan: null,
      asn: null,
      peers: null,
      name: null,
      location: null,
      bgpKey: null,
      mtu: null,
      tags: null,
    };
    const { policy, text, digest } = compiled(...OUTSCALE, ACME);
    expect(policy).toEqual({
      target: 'acme',
      recipient: {
        provider: 'outscale',
        region: 'eu-west-2',
        account: '012345678901',
        credentials: null,
        expiry: 7 * 86400,
      },
      freeze: false,
      limits: { acceptsPerRun: 10 },
      owners: [
        {
          name: 'acme',
          account: null,
          connections: ['dxcon-1'],
          sharedConnections: [],
          contact: null,
          limit: null,
          grants: [
            {
              name: 'default',
              type: 'private',
              gateway: 'vgw-12345678',
              gatewayName: null,
              match: nothing,
              limit: null,
              routes: null,
              maxPrefixes: null,
              ticket: null,
              from: null,
              until: null,
            },
          ],
        },
      ],
      hold: [],
    });
    expect(digest).toBe(digestOf(text));
  });

  it('has no expiry on AWS unless one is written', () => {
    expect(compiled(...HEAD, ACME).policy.recipient.expiry).toBeNull();
    const written = HEAD.map((line) => line.replace(' }', ', expiry: PT1H }'));
    expect(compiled(...written, ACME).policy.recipient.expiry).toBe(3600);
  });

  it.each([
    [
      'vlan: [300, 100-199, 150-250, 251]',
      {
        vlan: [
          [100, 251],
          [300, 300],
        ],
      },
    ],
    [
      'asn: [65011, 65010, 4294967295]',
      {
        asn: [
          [65010, 65011],
          [4294967295, 4294967295],
        ],
      },
    ],
    [
      'peers: [10.1.0.0/16, 10.0.0.0/8, 169.254.10.1, 10.0.0.0/8]',
      { peers: ['10.0.0.0/8', '169.254.10.1/32'] },
    ],
    ['peers: [10.0.0.0/25, 10.0.0.128/25]', { peers: ['10.0.0.0/25', '10.0.0.128/25'] }],
    ['peers: ["FD00:0:0::/48", "fd00::/64", 0.0.0.0/0]', { peers: ['0.0.0.0/0', 'fd00::/48'] }],
    ['name: [b, a**, "a*", b]', { name: ['a*', 'b'] }],
    ['location: [PAR1, LON1, PAR1]', { location: ['LON1', 'PAR1'] }],
    ['mtu: [9001, 1500, 9001]', { mtu: [1500, 9001] }],
    ['tags: { b: [y, x, y], a: [""] }', { tags: { a: [''], b: ['x', 'y'] } }],
    ['connection: [dxcon-2, dxcon-1]', { connection: ['dxcon-1', 'dxcon-2'] }],
    ['bgpKey: required', { bgpKey: 'required' }],
  ])('of `%s` is one of its kind', (written, expected) => {
    expect(grant(`match: { ${written} }`).match).toMatchObject(expected);
  });

  it.each([
    ['2026-11-01T00:00:00Z', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T00:00Z', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T00:00:00.5+02:00', '2026-10-31T22:00:00.500Z'],
    ['2028-02-29T23:30:00-00:45', '2028-03-01T00:15:00.000Z'],
  ])('of the instant %s is in UTC', (written, expected) => {
    expect(grant(`from: ${written}`).from).toBe(expected);
  });

  it.each([
    ['P7D', 604800],
    ['P1W', 604800],
    ['P1DT2H3M4S', 93784],
    ['PT36H', 129600],
    ['PT90S', 90],
  ])('of the duration %s is in seconds', (written, expected) => {
    const lines = OUTSCALE.map((line) => line.replace(' }', `, expiry: ${written} }`));
    expect(compiled(...lines, ACME).policy.recipient.expiry).toBe(expected);
  });
});

it('several owners may share a connection, and have others for themselves, if every grant that applies there has a pin', () => {
  const { policy, text } = compiled(
    ...HEAD,
    'owners:',
    '  a:',
    '    connections: [dxcon-1]',
    '    sharedConnections: [dxcon-9, dxcon-8]',
    '    grants:',
    '      free: { gateway: vgw-12345678, match: { connection: [dxcon-1], vlan: [1] } }',
    '      pinned: { gateway: vgw-12345678, match: { id: [dxvif-2, dxvif-1], vlan: [2] } }',
    '  b:',
    '    sharedConnections: [dxcon-8]',
    '    grants: { keyed: { gateway: vgw-12345678, match: { bgpKey: "sha256:DIGEST" } } }'.replace(
      'DIGEST',
      'a'.repeat(64),
    ),
  );
  expect(policy.owners).toMatchObject([
    {
      connections: ['dxcon-1'],
      sharedConnections: ['dxcon-8', 'dxcon-9'],
      grants: [{ match: { id: null } }, { match: { id: ['dxvif-1', 'dxvif-2'] } }],
    },
    { connections: [], sharedConnections: ['dxcon-8'] },
  ]);
  expect(JSON.parse(text).format).toBe(2);
});
