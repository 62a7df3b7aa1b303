import { aws, besideAcme, granting, matching, outscale, owning, type Row } from './errorRow.ts';

const OWNER = ['connections: [dxcon-1]', 'gateway: vgw-12345678'];
const PROD = 'owners.acme.grants.prod';
/** One grant on AWS with a line 8 of its own. */
const onAws = (line: string): string =>
  granting(line).replace(/^recipient: .*$/m, aws().split('\n')[1] ?? '');
const from = (written: string): string => granting(`from: ${written}`);

/** Errors in owners, their connections, the validity of grants, and hold rules. */
export const OWNERS: readonly Row[] = [
  [granting('routes: [10.0.0.0/8]'), 'unlisted-routes', `${PROD}.routes`, '8:17', 'remove it'],
  [granting('maxPrefixes: 10'), 'unlisted-routes', `${PROD}.maxPrefixes`, '8:22', 'remove it'],
  [onAws('routes: [10.0.0.1/8]'), 'host-bits', `${PROD}.routes[0]`, '8:18', 'write `10.0.0.0/8`'],
  [onAws('routes: [10.0.0]'), 'cidr', `${PROD}.routes[0]`, '8:18', 'slash and prefix length'],
  [onAws('routes: []'), 'empty-list', `${PROD}.routes`, '8:17', 'at least one'],
  [onAws('maxPrefixes: -1'), 'number-range', `${PROD}.maxPrefixes`, '8:22', '0'],
  [
    outscale('owners: { Acme: { connections: [dxcon-1], gateway: vgw-12345678 } }'),
    'name',
    'owners.Acme',
    '3:11',
    'write `acme`',
  ],
  [
    outscale('owners: { 1st: { connections: [dxcon-1], gateway: vgw-12345678 } }'),
    'name',
    'owners.1st',
    '3:11',
    'a lower-case letter',
  ],
  [
    outscale(`owners: { ${'a'.repeat(64)}: { connections: [dxcon-1], gateway: vgw-12345678 } }`),
    'name',
    `owners.${'a'.repeat(64)}`,
    '3:11',
    'at most 62',
  ],
  [
    owning('connections: [dxcon-1]', 'grants: { "prod core": { gateway: vgw-12345678 } }'),
    'name',
    'owners.acme.grants["prod core"]',
    '6:15',
    'write `prod-core`',
  ],
  [
    owning(...OWNER, 'account: 210987654321'),
    'unquoted-account',
    'owners.acme.account',
    '7:14',
    '"210987654321"',
  ],
  [owning(...OWNER, 'account: "21"'), 'account', 'owners.acme.account', '7:14', '12 digits'],
  [
    owning(...OWNER, 'grants: { prod: { gateway: vgw-12345678 } }'),
    'gateway-and-grants',
    'owners.acme.gateway',
    '6:14',
    'as one more grant',
  ],
  [owning('connections: [dxcon-1]'), 'no-gateway', 'owners.acme', '4:3', 'add `gateway:`, or `grants:`'],

  [
    owning(
      'connections: [dxcon-1]',
      'grants:',
      '  prod: { gateway: vgw-12345678, match: { vlan: [100-199], name: ["acme-*"] } }',
      '  lab: { gateway: vgw-87654321, match: { vlan: [199], name: ["*-lab"] } }',
    ),
    'grants-overlap',
    'owners.acme.grants.prod',
    '7:7',
    'make one of them narrower',
  ],
  [
    owning(
      'connections: [dxcon-1]',
      'grants:',
      `  prod: { gateway: vgw-12345678, match: { name: ["${'*a'.repeat(90)}*"] } }`,
      `  lab: { gateway: vgw-87654321, match: { name: ["${'*b'.repeat(90)}*"] } }`,
    ),
    'grants-undecided',
    'owners.acme.grants.lab',
    '8:7',
    'by another field as well',
  ],

  [
    owning('connections: [dxvif-1]', 'gateway: vgw-12345678'),
    'connection-id',
    'owners.acme.connections[0]',
    '5:19',
    '`dxcon-` or `dxlag-`',
  ],
  [
    owning('connections: [DXCON-1A]', 'gateway: vgw-12345678'),
    'connection-id',
    'owners.acme.connections[0]',
    '5:19',
    'write `dxcon-1a`',
  ],
  [
    owning('connections: [dxcon-1, "dxcon-1"]', 'gateway: vgw-12345678'),
    'connection-twice',
    'owners.acme.connections[1]',
    '5:28',
    'the connection that was meant',
  ],
  [
    matching('{ connection: [dxcon-1, dxcon-1] }'),
    'connection-twice',
    `${PROD}.match.connection[1]`,
    '8:40',
    'remove it',
  ],
  [
    besideAcme('hold: [{ connection: [dxcon-9, dxcon-9] }]'),
    'connection-twice',
    'hold[0].connection[1]',
    '4:32',
    'remove it',
  ],
  [
    outscale(
      'owners:',
      '  a: { connections: [dxcon-1], gateway: vgw-12345678 }',
      '  b: { connections: [dxcon-2, dxcon-1], gateway: vgw-12345678 }',
    ),
    'connection-of-two',
    'owners.b.connections[1]',
    '5:31',
    'if one of them has it for itself, keep it there',
  ],
  [
    owning(
      'sharedConnections: [dxcon-1, dxcon-1]',
      'grants: { a: { gateway: vgw-12345678, match: { id: [dxvif-1] } } }',
    ),
    'connection-twice',
    'owners.acme.sharedConnections[1]',
    '5:34',
    'remove it',
  ],
  [
    outscale(
      'owners:',
      '  a: { connections: [dxcon-1, dxcon-2], gateway: vgw-12345678 }',
      '  b: { sharedConnections: [dxcon-2], grants: { a: { gateway: vgw-12345678, match: { id: [dxvif-1] } } } }',
    ),
    'connection-exclusive-and-shared',
    'owners.a.connections[1]',
    '4:31',
    'ask the carrier',
  ],
  [
    owning(
      'connections: [dxcon-1]',
      'sharedConnections: [dxcon-1]',
      'grants: { a: { gateway: vgw-12345678, match: { id: [dxvif-1] } } }',
    ),
    'connection-exclusive-and-shared',
    'owners.acme.connections[0]',
    '5:19',
    'in `sharedConnections` only',
  ],
  [
    owning('sharedConnections: [dxcon-1]', 'gateway: vgw-12345678'),
    'unpinned-grant',
    'owners.acme.gateway',
    '6:5',
    '`id: [dxvif-…]` of the request',
  ],
  [
    owning('sharedConnections: [dxcon-1]', 'grants: { a: { gateway: vgw-12345678 } }'),
    'unpinned-grant',
    'owners.acme.grants.a',
    '6:15',
    '`vif-acceptor policy invite`',
  ],
  [
    owning(
      'sharedConnections: [dxcon-1]',
      'grants: { a: { gateway: vgw-12345678, match: { bgpKey: required, vlan: [7], name: [x] } } }',
    ),
    'unpinned-grant',
    'owners.acme.grants.a',
    '6:15',
    '`id: [dxvif-…]`',
  ],
  [
    owning(
      'connections: [dxcon-2]',
      'sharedConnections: [dxcon-1]',
      'grants: { a: { gateway: vgw-12345678, match: { connection: [dxcon-2, dxcon-1] } } }',
    ),
    'unpinned-grant',
    'owners.acme.grants.a',
    '7:15',
    'exclusive connections only',
  ],
  [
    matching('{ connection: [dxcon-3] }'),
    'connection-of-other',
    `${PROD}.match.connection[0]`,
    '8:31',
    "owner's `connections`",
  ],

  [from('2026-11-01'), 'instant', `${PROD}.from`, '8:15', 'write `2026-11-01T00:00:00Z`'],
  [from('2026-11-01T00:00:00'), 'instant', `${PROD}.from`, '8:15', 'write `2026-11-01T00:00:00Z`'],
  [from('2026-11-01 00:00:00Z'), 'instant', `${PROD}.from`, '8:15', 'date, time and offset'],
  [from('2026-02-29T00:00:00Z'), 'instant', `${PROD}.from`, '8:15', 'date, time and offset'],
  [from('2026-11-01T24:00:00Z'), 'instant', `${PROD}.from`, '8:15', 'date, time and offset'],
  [from('2026-11-01T00:00:00+24:00'), 'instant', `${PROD}.from`, '8:15', 'date, time and offset'],
  [from('1793491200'), 'wrong-type', `${PROD}.from`, '8:15', 'in quotes'],
  [granting('until: tomorrow'), 'instant', `${PROD}.until`, '8:16', 'such as `2026-11-01T00:00:00Z`'],
  [
    granting('from: 2026-11-01T00:00:00Z', 'until: 2026-11-01T02:00:00+02:00'),
    'empty-interval',
    `${PROD}.until`,
    '9:16',
    'later than `from`',
  ],

  [
    besideAcme('hold:', '  - reason: everything'),
    'no-predicate',
    'hold[0]',
    '5:5',
    '`freeze: true` holds everything',
  ],
  [besideAcme('hold: [{ vlan: [7] }, {}]'), 'no-predicate', 'hold[1]', '4:23', 'add a field'],
  [besideAcme('hold: [{ bgpKey: required }]'), 'hold-bgp-key', 'hold[0].bgpKey', '4:10', 'use other fields'],
];
