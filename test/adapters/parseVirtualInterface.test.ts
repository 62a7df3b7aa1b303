import { describe, expect, it } from 'vitest';
import { parseVirtualInterface } from '../../adapters/directconnect/parseVirtualInterface.ts';
import { createInterface, INTERFACE_FIELDS, type VirtualInterface } from '../../core/model.ts';
import { AWS_ITEM, NO_KEYS, OUTSCALE_ITEM } from '../support/wireItems.ts';

const PEER = {
  asn: 65010,
  amazonAddress: '169.254.10.1/30',
  customerAddress: '169.254.10.2/30',
  hasKey: true,
  agreedKey: null,
};
const VALID = createInterface({
  id: 'dxvif-1a2b3c4d',
  state: 'confirming',
  type: 'private',
  ownerAccount: '012345678901',
  connection: 'dxcon-11111111',
  name: 'acme-prod-1',
  location: 'PAR1',
  vlan: 101,
  peers: [PEER],
});

function read(changes: object): VirtualInterface {
  return parseVirtualInterface({ ...AWS_ITEM, ...changes }, 0, NO_KEYS);
}

describe('an item of `virtualInterfaces`', () => {
  it('is parsed as OUTSCALE sends it', () => {
    expect(parseVirtualInterface(OUTSCALE_ITEM, 0, NO_KEYS)).toEqual(VALID);
  });

  it('is parsed as AWS sends it', () => {
    const tags = { team: 'network', empty: '' };
    expect(parseVirtualInterface(AWS_ITEM, 0, NO_KEYS)).toEqual({
      ...VALID,
      region: 'eu-west-2',
      mtu: 1500,
      tags,
    });
  });

  it.each([
    ['virtualInterfaceState', 'state'],
    ['virtualInterfaceType', 'type'],
    ['virtualInterfaceName', 'name'],
    ['ownerAccount', 'ownerAccount'],
    ['connectionId', 'connection'],
    ['location', 'location'],
    ['region', 'region'],
  ] as const)('has %s as a text or as unknown', (field, key) => {
    const notGiven = { [key]: null, readErrors: [], unreadable: [] };
    expect(read({ [field]: '' })).toMatchObject(notGiven);
    expect(read({ [field]: null })).toMatchObject(notGiven);
    expect(read({ [field]: undefined })).toMatchObject(notGiven);
    for (const odd of [5, true, {}, ['PAR1']]) {
      const readErrors = [`\`${field}\` must be a text`];
      expect(read({ [field]: odd })).toMatchObject({ [key]: null, readErrors, unreadable: [key] });
    }
    const long = read({ [field]: 'x'.repeat(1001) });
    expect(long).toMatchObject({ [key]: null, readErrors: [`\`${field}\` must be a text of at most 1000`] });
  });

  it.each([
    ['vlan', 1, 4094],
    ['mtu', 1, 65535],
  ] as const)('has %s as a whole number from %i to %i', (field, from, to) => {
    expect(read({ [field]: from })).toMatchObject({ [field]: from, readErrors: [] });
    expect(read({ [field]: to })).toMatchObject({ [field]: to, readErrors: [] });
    expect(read({ [field]: undefined })).toMatchObject({ [field]: null, readErrors: [] });
    for (const odd of ['101', from - 1, to + 1, 101.5, Number.NaN, true, [101], {}]) {
      const readErrors = [`\`${field}\` must be a whole number from ${from} to ${to}`];
      expect(read({ [field]: odd })).toMatchObject({ [field]: null, readErrors, unreadable: [field] });
    }
  });

  it.each([
    ['vgw-12345678', '', 'vgw-12345678', []],
    ['', '5f294f92-bafb-4011-916d-9b0bec4cf2c8', '5f294f92-bafb-4011-916d-9b0bec4cf2c8', []],
    ['vgw-12345678', '5f294f92-bafb-4011-916d-9b0bec4cf2c8', null, ['it names two gateways']],
    [7, '', null, ['`virtualGatewayId` must be a text']],
    ['', ['x'], null, ['`directConnectGatewayId` must be a text']],
    [7, '5f294f92-bafb-4011-916d-9b0bec4cf2c8', null, ['`virtualGatewayId` must be a text']],
  ])('with gateways %j and %j is on %j', (virtualGatewayId, directConnectGatewayId, gateway, readErrors) => {
    const unreadable = readErrors.length === 0 ? [] : ['gateway'];
    expect(read({ virtualGatewayId, directConnectGatewayId })).toMatchObject({
      gateway,
      readErrors,
      unreadable,
    });
  });

  it.each([
    [undefined, null, []],
    [null, null, []],
    [[], {}, []],
    ['team', null, ['`tags` must be a list']],
    [[{ key: 'a', value: 5 }], null, ['`tags.value` must be a text']],
    [[{ value: 'x' }], null, ['a tag has no key']],
    [[null], null, ['a tag has no key', 'an item of `tags` is not an object']],
    [
      [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
      null,
      ['a tag is there twice'],
    ],
  ])('with tags %j has %j', (tags, expected, readErrors) => {
    const unreadable = readErrors.length === 0 ? [] : ['tags'];
    expect(read({ tags })).toMatchObject({ tags: expected, readErrors, unreadable });
  });

  it('keeps a tag with the name of a property of JavaScript objects', () => {
    const { tags } = read({ tags: [{ key: '__proto__', value: 'x' }] });
    expect(Object.entries(tags ?? {})).toEqual([['__proto__', 'x']]);
  });

  it.each([
    null,
    'dxvif-1a2b3c4d',
    5,
    [],
    {},
    { virtualInterfaceId: '' },
    { virtualInterfaceId: 'dxvif-../../x' },
    { virtualInterfaceId: 5 },
  ])('that is %j is unreadable, is named by its position, and affects no other item', (raw) => {
    const vif = parseVirtualInterface(raw, 4, NO_KEYS);
    expect(vif).toMatchObject({ id: '(item 5 of the listing)', state: null, peers: [] });
    expect(vif.readErrors).not.toEqual([]);
    const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
    expect(vif.unreadable).toEqual(isObject ? ['id'] : INTERFACE_FIELDS);
  });

  it.each([
    ['virtualInterfaceState', 'state'],
    ['virtualInterfaceType', 'type'],
    ['virtualInterfaceName', 'name'],
    ['ownerAccount', 'ownerAccount'],
    ['connectionId', 'connection'],
    ['location', 'location'],
    ['region', 'region'],
    ['vlan', 'vlan'],
    ['mtu', 'mtu'],
    ['virtualGatewayId', 'gateway'],
    ['directConnectGatewayId', 'gateway'],
    ['tags', 'tags'],
    ['asn', 'asn'],
    ['asnLong', 'asn'],
    ['amazonAddress', 'addresses'],
    ['customerAddress', 'addresses'],
    ['authKey', 'bgpKey'],
  ])('whose %s cannot be read has an unreadable %s, and every other field as it is', (apiField, field) => {
    const before = read({});
    const after = read({ [apiField]: { odd: true } });
    expect(after.unreadable).toEqual([field]);
    const others = (vif: VirtualInterface) => ({ ...vif, [field]: null, readErrors: [], unreadable: [] });
    expect(others(after)).toEqual(others(before));
  });
});
