import { aws, besideAcme, matching, type Row } from './errorRow.ts';

const MATCH = 'owners.acme.grants.prod.match';

/** One row for each invalid item of a list. */
const items = (field: string, column: number, rows: readonly (readonly [string, Row[1], string])[]): Row[] =>
  rows.map(([item, code, fix]) => [
    matching(`{ ${field}: [${item}] }`),
    code,
    `${MATCH}.${field}[0]`,
    `8:${column}`,
    fix,
  ]);

/** Errors in the match fields. */
export const MATCHES: readonly Row[] = [
  ...items('id', 23, [
    ['dxvif-1A2B3C4D', 'interface-id', 'write `dxvif-1a2b3c4d`'],
    ['dxcon-1', 'interface-id', '`dxvif-`, then lower-case letters and digits'],
    ['"(item 1 of the listing)"', 'interface-id', '`dxvif-`'],
  ]),
  ...items('vlan', 25, [
    ['0', 'vlan', 'from 1 to 4094'],
    ['4095', 'vlan', 'from 1 to 4094'],
    ['-7', 'vlan', 'from 1 to 4094'],
    ['4000-4095', 'vlan', 'from 1 to 4094'],
    ['199-100', 'vlan', 'write `100-199`'],
    ['"300"', 'vlan', 'write it without quotes: 300'],
    ['100 - 199', 'vlan', 'such as `100-199`'],
    ['0100-0199', 'vlan', 'such as `100-199`'],
    ['any', 'vlan', 'a number such as `100`'],
    ['"1-2-3"', 'vlan', 'such as `100-199`'],
    ['1e3', 'number-spelling', 'write 1000'],
    ['0x10', 'number-spelling', 'write 16'],
    ['1.5', 'number-spelling', 'plain digits'],
    ['[7]', 'wrong-type', 'one number'],
    ['~', 'wrong-type', 'write a value'],
    ['true', 'wrong-type', 'one number'],
  ]),
  ...items('asn', 24, [
    ['0', 'asn', 'from 1 to 4294967295'],
    ['4294967296', 'asn', 'from 1 to 4294967295'],
    ['1-99999999999999999999', 'asn', 'from 1 to 4294967295'],
    ['65534-64512', 'asn', 'write `64512-65534`'],
    ['AS65010', 'asn', 'plain digits: 65010'],
    ['"65000.100"', 'asn', 'plain digits: 4259840100'],
    ['"1.10"', 'asn', 'plain digits: 65546'],
    ['65000.1-65000.100', 'asn', 'plain digits: 4259840001-4259840100'],
    ['"64512 - AS65534"', 'asn', 'plain digits: 64512-65534'],
    ['"65536.1"', 'asn', 'a number such as `100`'],
    ['"0.0"', 'asn', 'a number such as `100`'],
    ['"1.1.1"', 'asn', 'a number such as `100`'],
    ['65010.0', 'number-spelling', 'plain digits: 4260495360'],
    ['64086.59905', 'number-spelling', 'plain digits: 4200000001'],
    ['65000.100', 'number-spelling', 'plain digits: 4259840100'],
    ['1.10', 'number-spelling', 'plain digits: 65546'],
    ['0.100', 'number-spelling', 'plain digits: 100'],
    ['1.65536', 'number-spelling', 'write it in plain digits'],
    ['9007199254740993', 'number-range', 'up to 15 digits'],
  ]),
  ...items('peers', 26, [
    ['169.254.10.1/24', 'host-bits', 'write `169.254.10.0/24`'],
    ['"fd00::1/64"', 'host-bits', 'write `fd00::/64`'],
    ['169.254.10.0/33', 'cidr', 'prefix length'],
    ['169.254.010.0/24', 'cidr', 'prefix length'],
    ['169.254.10/24', 'cidr', 'prefix length'],
    ['gateway', 'cidr', 'prefix length'],
    ['10', 'wrong-type', 'in quotes'],
    ['2001:db8:1100:2f0::', 'wrong-type', 'put it in quotes: "2001:db8:1100:2f0::"'],
    ['{ a: 1, b: 2 }', 'wrong-type', 'write one text'],
  ]),
  ...items('connection', 31, [['dxcon_1', 'connection-id', '`dxcon-` or `dxlag-`']]),
  ...items('name', 25, [
    ['4711', 'wrong-type', 'write it in quotes: "4711"'],
    ['9007199254740993', 'wrong-type', 'write it in quotes: "9007199254740993"'],
    ['acme: prod', 'wrong-type', '"acme: prod"'],
    ['{ acme: }', 'wrong-type', '"acme:"'],
  ]),
  ...items('location', 29, [['75', 'wrong-type', 'write it in quotes: "75"']]),
  ...[
    ['true', 'write `required`'],
    ['requird', 'did you mean `required`?'],
    ['planted-bgp-key', 'vif-acceptor policy invite'],
    ['12345678', 'vif-acceptor policy invite'],
    ['[required]', 'write `required`'],
    [`sha256:${'0'.repeat(63)}`, 'vif-acceptor policy invite'],
    ['0'.repeat(64), 'vif-acceptor policy invite'],
    [`SHA256:${'0A'.repeat(32)}`, `write \`sha256:${'0a'.repeat(32)}\``],
  ].map(
    ([written, fix = '']): Row => [
      matching(`{ bgpKey: ${written} }`),
      'bgp-key',
      `${MATCH}.bgpKey`,
      '8:26',
      fix,
    ],
  ),
  [
    matching('{ mtu: ["9001"] }', aws),
    'wrong-type',
    `${MATCH}.mtu[0]`,
    '8:24',
    'write it without quotes: 9001',
  ],
  [
    matching('{ tags: { env: prod } }', aws),
    'wrong-type',
    `${MATCH}.tags.env`,
    '8:31',
    'write it in brackets: [prod]',
  ],

  [matching('{ mtu: [9001] }'), 'unreturned-field', `${MATCH}.mtu`, '8:23', 'remove it'],
  [matching('{ tags: { env: [prod] } }'), 'unreturned-field', `${MATCH}.tags`, '8:24', 'remove it'],
  [
    besideAcme('hold: [{ mtu: [9001], reason: jumbo }]'),
    'unreturned-field',
    'hold[0].mtu',
    '4:15',
    'remove it',
  ],
  [besideAcme('hold: [{ vlan: [0] }]'), 'vlan', 'hold[0].vlan[0]', '4:17', 'from 1 to 4094'],
];
