import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { holdFor, reasonCodesOf } from '../../core/decide.ts';
import type { Gateway, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks, gatewayToCheck, runPreflightChecks } from '../../core/preflightChecks.ts';
import type { ReasonCode } from '../../core/reasons.ts';
import {
  aDecisionContext,
  aGateway,
  aGrant,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aPolicyGranting,
  aVif,
  DX_GATEWAY,
  NOW,
  RECIPIENT_ACCOUNT,
  VGW,
} from '../support/builders.ts';

function against(id: string, ...gateways: Gateway[]): ReasonCode[] {
  return runPreflightChecks(aVif(), id, gateways, aPolicy().recipient, aDecisionContext()).reasons.map(
    ({ code }) => code,
  );
}

describe('the preflight check of the gateway', () => {
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

  it('reports a missing gateway if only others exist', () => {
    expect(against(VGW.prod, aGateway({ id: VGW.lab }))).toEqual(['gateway-missing']);
    expect(against(VGW.prod)).toEqual(['gateway-missing']);
  });

  it('reports a Direct Connect gateway of another account as missing', () => {
    const shown = { id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] } as const;
    expect(against(DX_GATEWAY, aGateway({ ...shown, ownerAccount: '999988887777' }))).toEqual([
      'gateway-missing',
    ]);
    expect(against(DX_GATEWAY, aGateway({ ...shown, ownerAccount: RECIPIENT_ACCOUNT }))).toEqual([]);
    const foreign = aGateway({ ...shown, ownerAccount: '999988887777' });
    const { reasons } = runPreflightChecks(
      aVif(),
      DX_GATEWAY,
      [foreign],
      aPolicy().recipient,
      aDecisionContext(),
    );
    expect(reasons.map(({ parameters }) => parameters)).toEqual([
      {
        cause: 'foreign',
        gateway: DX_GATEWAY,
        gatewayAccount: '999988887777',
        ownAccount: RECIPIENT_ACCOUNT,
      },
    ]);
  });

  it('requires no VPC for a Direct Connect gateway', () => {
    const gateway = aGateway({ id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] });
    expect(against(DX_GATEWAY, gateway)).toEqual([]);
  });

  it('does not hide the results of the network checks', () => {
    const unpaired = aVif({ peers: [aPeer({ customerAddress: '10.0.1.2/30' })] });
    expect(
      runPreflightChecks(unpaired, VGW.prod, [], aPolicy().recipient, aDecisionContext()).reasons.map(
        ({ code }) => code,
      ),
    ).toEqual(['gateway-missing', 'peers-invalid']);
  });
});

describe('conflicts with other interfaces are reported together with the reasons of the policy', () => {
  const besides = (policy: Policy, interfaces: readonly VirtualInterface[]): string[] =>
    reasonCodesOf(
      decideWithNetworkChecks(policy, aVif(), aDecisionContext({ interfaces }), NO_DEADLINE, NOW),
    );
  const same = aLiveVif({ vlan: 101, peers: [aPeer()] });

  it('with an exhausted limit', () => {
    const policy = aPolicy({ owners: [anOwner({ limit: 1 })] });
    expect(besides(policy, [same])).toEqual(['owner-limit', 'vlan-in-use', 'peers-overlap']);
  });

  it('with a freeze, and without other reasons', () => {
    expect(besides(aPolicy({ freeze: true }), [same])).toEqual(['frozen', 'vlan-in-use', 'peers-overlap']);
    expect(besides(aPolicy(), [same])).toEqual(['vlan-in-use', 'peers-overlap']);
    expect(besides(aPolicy(), [])).toEqual([]);
  });

  it.each([
    ['no-grant', { match: { name: ['other'] } }],
    ['grant-ended', { until: NOW.toISOString() }],
  ] as const)('not with %s, because no gateway would be assigned', (code, given) => {
    expect(besides(aPolicyGranting(aGrant(given)), [same])).toEqual([code]);
  });
});

it('no gateway is checked for a request that no grant matches, whatever else holds it', () => {
  const frozen = {
    code: 'frozen',
    parameters: { unfrozen: { verdict: 'hold', codes: ['no-grant'] }, deadline: NO_DEADLINE },
  } as const;
  const noGrant = { code: 'no-grant', parameters: { owner: 'acme', nearest: null } } as const;
  expect(gatewayToCheck(holdFor([frozen], VGW.prod))).toBe(VGW.prod);
  expect(gatewayToCheck(holdFor([frozen, noGrant], VGW.prod))).toBeNull();
});
