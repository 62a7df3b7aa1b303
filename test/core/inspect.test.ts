import { describe, expect, it } from 'vitest';
import { inspect } from '../../lambda/core/inspect.ts';
import type { Gateway } from '../../lambda/core/model.ts';
import type { ReasonCode } from '../../lambda/core/reasons.ts';
import { aGateway, aPeer, aPolicy, aVif, aWorld, DX_GATEWAY, US, VGW } from '../support/builders.ts';

function against(id: string, ...gateways: Gateway[]): ReasonCode[] {
  return inspect(aVif(), id, gateways, aPolicy().recipient, aWorld()).reasons.map(({ code }) => code);
}

describe('the gateway, before a confirm', () => {
  it.each<[string, Partial<Gateway>, ReasonCode[]]>([
    ['available and attached', {}, []],
    ['pending', { state: 'pending' }, ['gateway-not-available']],
    ['deleting', { state: 'deleting' }, ['gateway-not-available']],
    ['of an unknown state', { state: null }, ['gateway-not-available']],
    ['attached to no VPC', { attachedVpcs: [] }, ['gateway-not-attached']],
    [
      'neither available nor attached',
      { state: 'deleted', attachedVpcs: [] },
      ['gateway-not-available', 'gateway-not-attached'],
    ],
  ])('%s: %j', (_, given, codes) => {
    expect(against(VGW.prod, aGateway(given))).toEqual(codes);
  });

  it('is missing when only others are there', () => {
    expect(against(VGW.prod, aGateway({ id: VGW.lab }))).toEqual(['gateway-missing']);
    expect(against(VGW.prod)).toEqual(['gateway-missing']);
  });

  it('is missing when it is a Direct Connect gateway that another account owns', () => {
    const shown = { id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] } as const;
    expect(against(DX_GATEWAY, aGateway({ ...shown, ownerAccount: '999988887777' }))).toEqual([
      'gateway-missing',
    ]);
    expect(against(DX_GATEWAY, aGateway({ ...shown, ownerAccount: US }))).toEqual([]);
  });

  it('needs no VPC when it is a Direct Connect gateway', () => {
    const gateway = aGateway({ id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] });
    expect(against(DX_GATEWAY, gateway)).toEqual([]);
  });

  it('does not hide what the network has against it', () => {
    const unpaired = aVif({ peers: [aPeer({ customerAddress: '10.0.1.2/30' })] });
    expect(
      inspect(unpaired, VGW.prod, [], aPolicy().recipient, aWorld()).reasons.map(({ code }) => code),
    ).toEqual(['gateway-missing', 'peers-invalid']);
  });
});
