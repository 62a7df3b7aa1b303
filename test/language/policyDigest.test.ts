import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../language/index.ts';

const ACME = 'owners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }';

function digest(lines: readonly string[]): string {
  const text = [
    'version: 1',
    'recipient: { provider: aws, region: eu-west-1, account: "012345678901" }',
    ...lines,
  ].join('\n');
  const result = compilePolicy({ file: 'policy/acme.yaml', text });
  if (!result.ok) throw new Error(JSON.stringify(result.errors, null, 1));
  return result.digest;
}

describe('policies that mean the same have the same digest', () => {
  const owner = (rest: string): string => `owners: { acme: { connections: [dxcon-1], ${rest} } }`;
  it.each([
    [
      '`gateway`, or a grant named `default`',
      [ACME],
      [owner('grants: { default: { gateway: vgw-12345678 } }')],
    ],
    ['defaults, written or not', [ACME], [ACME, 'freeze: false', 'limits: { acceptsPerRun: 10 }']],
    [
      'a gateway by its name, or by its ID',
      [owner('gateway: lab'), 'gateways: { lab: vgw-12345678 }'],
      [owner('gateway: vgw-12345678'), 'gateways: { lab: vgw-12345678 }'],
    ],
    [
      'routes once, or with parts of them',
      [owner('grants: { a: { gateway: vgw-12345678, routes: [10.0.0.0/8] } }')],
      [owner('grants: { a: { gateway: vgw-12345678, routes: [10.1.0.0/16, 10.0.0.0/8, 10.0.0.0/8] } }')],
    ],
    [
      'one range, or its parts',
      [ACME, 'hold: [{ vlan: [1-9] }]'],
      [ACME, 'hold: [{ vlan: [5-9, 1, 2-4, "3-3"] }]'],
    ],
    [
      'a hold rule once, or twice',
      [ACME, 'hold: [{ vlan: [1] }]'],
      [ACME, 'hold: [{ vlan: [1] }, { vlan: [1] }]'],
    ],
    [
      'block style, or flow style',
      [ACME],
      [
        'owners:',
        '  "acme":',
        '    gateway: "vgw-12345678"',
        '    connections:',
        '      - dxcon-1',
        '# that is all',
      ],
    ],
  ])('%s', (_, one, other) => {
    expect(digest(other)).toBe(digest(one));
  });

  it('policies that differ in meaning have different digests', () => {
    const policies = [
      [ACME],
      [ACME, 'freeze: true'],
      [ACME, 'hold: [{ vlan: [1] }]'],
      [owner('gateway: vgw-87654321')],
    ];
    expect(new Set(policies.map(digest)).size).toBe(policies.length);
  });
});
