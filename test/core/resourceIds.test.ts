import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  gatewayKind,
  isConnectionId,
  isKnownPartition,
  isName,
  isVirtualInterfaceId,
  partitionOf,
} from '../../core/resourceIds.ts';

const isGateway = (text: string) => gatewayKind(text) !== null;
const isAccount = (text: string) => ACCOUNT.test(text);

describe.each<[string, (text: string) => boolean, readonly string[], readonly string[]]>([
  ['an account', isAccount, ['012345678901'], ['01234567890', '0123456789012', '01234567890a', '']],
  [
    'a virtual interface',
    isVirtualInterfaceId,
    ['dxvif-0', 'dxvif-ff0gz9', 'dxvif-zz'],
    ['dxvif-', 'dxvif-A', 'dxvif-é', 'dxcon-0', '(no ID)', ''],
  ],
  [
    'a connection or a LAG',
    isConnectionId,
    ['dxcon-0', 'dxcon-fg5678gh', 'dxlag-1z'],
    ['dxcon-', 'dxcon-A', 'dx-0', 'dxconlag-0', 'dxvif-0', ''],
  ],
  [
    'a gateway',
    isGateway,
    ['vgw-0123abcd', 'vgw-0123abcd456789efa', '5f294f92-bafb-4011-916d-9b0bec4cf2c8'],
    [
      'vgw-0123abc',
      'vgw-0123abcde',
      'vgw-0123abcd456789efg',
      'vgw-ghijklmn',
      '5f294f92-bafb-4011-9b0bec4cf2c8',
      '5f294f92-bafb-4011-916d-916d-9b0bec4cf2c8',
      '5f294f92-bafb-4011-916g-9b0bec4cf2c8',
      '5f294f92-bafb-4011-916d-9b0bec4cf2c',
      '5f294f92bafb4011916d9b0bec4cf2c8',
      '',
    ],
  ],
  ['a name', isName, ['a', 'a-1', `a${'9'.repeat(62)}`], ['1a', '-a', 'A', 'a_b', `a${'9'.repeat(63)}`, '']],
])('%s', (_, is, those, others) => {
  it.each(those)('is %s', (text) => {
    expect(is(text)).toBe(true);
  });

  it.each(others)('is not %j', (text) => {
    expect(is(text)).toBe(false);
  });

  it.each(those.flatMap((text) => [`x ${text}`, `${text} x`, `-${text}`, `${text}.`, `${text}\n`]))(
    'is not a text that only contains one: %j',
    (text) => {
      expect(is(text)).toBe(false);
    },
  );
});

it('the ID of a gateway distinguishes virtual and Direct Connect gateways', () => {
  expect(gatewayKind('vgw-0123abcd')).toBe('virtual');
  expect(gatewayKind('5f294f92-bafb-4011-916d-9b0bec4cf2c8')).toBe('directConnect');
});

describe('the partition of a region', () => {
  it.each([
    ['eu-west-3', 'aws', 'amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
    ['us-iso-east-1', 'aws-iso', 'c2s.ic.gov'],
    ['us-isob-east-1', 'aws-iso-b', 'sc2s.sgov.gov'],
    ['xx-cn-1', 'aws', 'amazonaws.com'],
    ['cnx-1', 'aws', 'amazonaws.com'],
  ])('of %s is %s', (region, name, domain) => {
    expect(partitionOf(region)).toEqual({ name, domain });
    expect(isKnownPartition(name)).toBe(true);
  });

  it('is not known by a name that is in no list', () => {
    expect(['', 'aws-later'].some(isKnownPartition)).toBe(false);
  });
});
