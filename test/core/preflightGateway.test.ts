import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { reasonCodesOf } from '../../core/decide.ts';
import type { Gateway, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks, runPreflightChecks } from '../../core/preflightChecks.ts';
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
    expect(against(DX_GATEWAY, aGateway({ ...shown, ownerAccount: RECIPIENT_ACCOUNT }))).toEqual([]);
  });

  it('needs no VPC when it is a Direct Connect gateway', () => {
    const gateway = aGateway({ id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] });
    expect(against(DX_GATEWAY, gateway)).toEqual([]);
  });

  it('does not hide what the network has against it', () => {
    const unpaired = aVif({ peers: [aPeer({ customerAddress: '10.0.1.2/30' })] });
    expect(
      runPreflightChecks(unpaired, VGW.prod, [], aPolicy().recipient, aDecisionContext()).reasons.map(
        ({ code }) => code,
      ),
    ).toEqual(['gateway-missing', 'peers-invalid']);
  });
});

describe('what other interfaces have against a request is said beside what the policy says', () => {
  const besides = (policy: Policy, interfaces: readonly VirtualInterface[]): string[] =>
    reasonCodesOf(
      decideWithNetworkChecks(policy, aVif(), aDecisionContext({ interfaces }), NO_DEADLINE, NOW),
    );
  const same = aLiveVif({ vlan: 101, peers: [aPeer()] });

  it('beside a limit that leaves no room', () => {
    const policy = aPolicy({ owners: [anOwner({ limit: 1 })] });
    expect(besides(policy, [same])).toEqual(['owner-limit', 'vlan-in-use', 'peers-overlap']);
  });

  it('beside a freeze, and where nothing else is against it', () => {
    expect(besides(aPolicy({ freeze: true }), [same])).toEqual(['frozen', 'vlan-in-use', 'peers-overlap']);
    expect(besides(aPolicy(), [same])).toEqual(['vlan-in-use', 'peers-overlap']);
    expect(besides(aPolicy(), [])).toEqual([]);
  });

  it.each([
    ['no-grant', { match: { name: ['other'] } }],
    ['grant-ended', { until: NOW.toISOString() }],
  ] as const)('not beside %s: there is no gateway that it would be given', (code, given) => {
    expect(besides(aPolicyGranting(aGrant(given)), [same])).toEqual([code]);
  });
});
