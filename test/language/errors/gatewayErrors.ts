import { aws, besideAcme, outscale, owning, type Row } from './errorRow.ts';

/** A policy with these gateways, one in each line from the fourth on, and an owner with gateway `lab`. */
const naming = (...gateways: readonly string[]): string =>
  outscale(
    'gateways:',
    ...gateways.map((line) => `  ${line}`),
    'owners: { acme: { connections: [dxcon-1], gateway: lab } }',
  );
const giving = (gateway: string): string => owning('connections: [dxcon-1]', `gateway: ${gateway}`);
const UUID = '5f294f92-bafb-4011-916d-9b0bd1b0e5aa';

/** Errors in gateways, their names and their uses. */
export const GATEWAYS: readonly Row[] = [
  [naming('account: 5').replace(': lab', ': account'), 'wrong-type', 'gateways.account', '4:12', 'in quotes'],
  [naming('lab: vgw-1'), 'gateway-id', 'gateways.lab', '4:8', '8 or 17 hexadecimal digits'],
  [naming('lab: VGW-12345678'), 'gateway-id', 'gateways.lab', '4:8', 'write `vgw-12345678`'],
  [naming('lab: core'), 'gateway-id', 'gateways.lab', '4:8', 'as the provider shows it'],
  [
    naming('lab: vgw-12345678', 'Prod_Core: vgw-87654321').replace(
      'gateway: lab',
      'grants: { a: { gateway: lab }, b: { gateway: vgw-87654321 } }',
    ),
    'name',
    'gateways.Prod_Core',
    '5:3',
    'write `prod-core`',
  ],
  [
    naming('lab: vgw-12345678', 'vgw-core: vgw-87654321').replace(
      'gateway: lab',
      'grants: { a: { gateway: lab }, b: { gateway: vgw-87654321 } }',
    ),
    'gateway-name',
    'gateways.vgw-core',
    '5:3',
    'choose a name',
  ],
  [
    aws(
      'gateways:',
      `  a${UUID.slice(1)}: vgw-12345678`,
      'owners: { acme: { connections: [dxcon-1], gateway: vgw-12345678 } }',
    ),
    'gateway-name',
    `gateways.a${UUID.slice(1)}`,
    '4:3',
    'choose a name',
  ],
  [
    naming('lab: vgw-12345678', 'dxcon-1: vgw-87654321').replace(
      'gateway: lab',
      'grants: { a: { gateway: lab }, b: { gateway: vgw-87654321 } }',
    ),
    'gateway-name',
    'gateways.dxcon-1',
    '5:3',
    'choose a name',
  ],
  [naming('lab: vgw-12345678', 'bench: vgw-12345678'), 'same-gateway', 'gateways.bench', '5:10', 'keep one'],
  [
    naming('lab: vgw-12345678', 'spare: vgw-87654321'),
    'unused-gateway',
    'gateways.spare',
    '5:10',
    'or use it in a grant',
  ],
  [besideAcme('gateways: { lab: vgw-87654321 }'), 'unused-gateway', 'gateways.lab', '4:18', 'remove it'],
  [naming(`lab: ${UUID}`), 'foreign-gateway', 'gateways.lab', '4:8', '`vgw-…`'],

  [giving(UUID), 'foreign-gateway', 'owners.acme.gateway', '6:14', '`vgw-…`'],
  [giving('vgw-123'), 'gateway-reference', 'owners.acme.gateway', '6:14', 'a name from `gateways`, or an ID'],
  [giving('Vgw-1234567A'), 'gateway-reference', 'owners.acme.gateway', '6:14', 'write `vgw-1234567a`'],
  [giving('Lab'), 'gateway-reference', 'owners.acme.gateway', '6:14', 'a name from `gateways`'],
  [
    giving('lab'),
    'undefined-gateway',
    'owners.acme.gateway',
    '6:14',
    'add it under `gateways`: `lab: vgw-…`',
  ],
  [
    naming('lab: vgw-12345678', 'prod-core: vgw-87654321').replace(
      'gateway: lab',
      'grants: { a: { gateway: lab }, b: { gateway: prod-cor }, c: { gateway: prod-core } }',
    ),
    'undefined-gateway',
    'owners.acme.grants.b.gateway',
    '6:88',
    'did you mean `prod-core`?',
  ],
  [giving('constructor'), 'undefined-gateway', 'owners.acme.gateway', '6:14', 'add it under `gateways`'],
  [
    outscale(
      'owners: { acme: { connections: [dxcon-1], grants: { a: { type: transit, gateway: vgw-12345678 } } } }',
    ),
    'foreign-type',
    'owners.acme.grants.a.type',
    '3:64',
    'remove `type`',
  ],
  [
    aws(
      'owners: { acme: { connections: [dxcon-1], grants: { a: { type: transit, gateway: vgw-12345678 } } } }',
    ),
    'type-gateway',
    'owners.acme.grants.a.gateway',
    '3:82',
    'Direct Connect gateway',
  ],
  [
    aws(
      'gateways: { lab: vgw-12345678 }',
      'owners: { acme: { connections: [dxcon-1], grants: { a: { type: transit, gateway: lab } } } }',
    ),
    'type-gateway',
    'owners.acme.grants.a.gateway',
    '4:82',
    'Direct Connect gateway',
  ],
  [
    aws(`owners: { acme: { connections: [dxcon-1], grants: { a: { type: public, gateway: ${UUID} } } } }`),
    'wrong-value',
    'owners.acme.grants.a.type',
    '3:64',
    'transit',
  ],
];
