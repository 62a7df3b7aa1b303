import { describe, expect, it } from 'vitest';
import {
  type GatewayAssociation,
  INTERFACE_KINDS,
  isInterfaceKind,
  KINDS,
  servedKindsOf,
} from '../../core/kinds.ts';
import { connectionsOf, usedKinds } from '../../core/policy.ts';
import { aGrant, anOwner, aPolicy, DX_GATEWAY, VGW } from '../support/builders.ts';

it.each<[string, GatewayAssociation[], string[]]>([
  ['nothing', [], []],
  ['a virtual private gateway', [{ state: 'associated', type: 'virtualPrivateGateway' }], ['private']],
  ['a transit gateway', [{ state: 'associated', type: 'transitGateway' }], ['transit']],
  ['a core network', [{ state: 'associated', type: 'coreNetwork' }], ['transit']],
  ['something unknown', [{ state: 'associated', type: null }], ['unknown']],
  [
    'several things',
    [
      { state: 'associated', type: null },
      { state: 'associated', type: 'transitGateway' },
      { state: 'associated', type: 'coreNetwork' },
    ],
    ['transit', 'unknown'],
  ],
])('a Direct Connect gateway that is associated with %s serves those kinds', (_, associations, kinds) => {
  expect(servedKindsOf(associations)).toEqual(kinds);
});

it.each(['associating', 'associated', 'updating', 'disassociating', 'a later state', null])(
  'an association counts in state %s',
  (state) => {
    expect(servedKindsOf([{ state, type: 'transitGateway' }])).toEqual(['transit']);
  },
);

it('an association that has ended does not count', () => {
  expect(servedKindsOf([{ state: 'disassociated', type: 'transitGateway' }])).toEqual([]);
});

it('only the kinds of the table are kinds', () => {
  expect(INTERFACE_KINDS.toSorted()).toEqual(Object.keys(KINDS).toSorted());
  expect(INTERFACE_KINDS.every(isInterfaceKind)).toBe(true);
  expect([null, 'public', '', 'Private'].some(isInterfaceKind)).toBe(false);
});

it('each thing that a gateway can be associated with leads on from one kind', () => {
  const types = INTERFACE_KINDS.flatMap((kind) => [...KINDS[kind].associationTypes]);
  expect(new Set(types).size).toBe(types.length);
});

describe('the kinds that a policy allows', () => {
  const transit = aGrant({ name: 'b', type: 'transit', gateway: DX_GATEWAY });
  const policy = aPolicy({
    owners: [
      anOwner({ grants: [transit] }),
      anOwner({ name: 'beta', grants: [aGrant({ gateway: VGW.prod })] }),
    ],
  });

  it('are those of all its grants, in the order of the table', () => {
    expect(usedKinds(policy)).toEqual(['private', 'transit']);
    expect(usedKinds(aPolicy({ owners: [anOwner({ grants: [transit] })] }))).toEqual(['transit']);
  });

  it('for one gateway are those of its grants', () => {
    expect(usedKinds(policy, DX_GATEWAY)).toEqual(['transit']);
    expect(usedKinds(policy, VGW.prod)).toEqual(['private']);
    expect(usedKinds(policy, VGW.lab)).toEqual([]);
  });
});

it('the connections of an owner, exclusive and shared, are listed in order', () => {
  const owner = anOwner({ connections: ['dxcon-2', 'dxcon-3'], sharedConnections: ['dxcon-1'] });
  expect(connectionsOf(owner)).toEqual(['dxcon-1', 'dxcon-2', 'dxcon-3']);
});
