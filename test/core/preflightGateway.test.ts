import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { holdFor, reasonCodesOf } from '../../core/decide.ts';
import { checkTypesOnGateway, type GatewaysSeen, type ServedKinds } from '../../core/gatewayChecks.ts';
import type { ServedKind } from '../../core/kinds.ts';
import type { Gateway, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { decideWithNetworkChecks, gatewayToCheck, runPreflightChecks } from '../../core/preflightChecks.ts';
import type { CheckResult, ReasonCode } from '../../core/reasons.ts';
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
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

const HUB = aGateway({ id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] });

function against(id: string, ...gateways: Gateway[]): ReasonCode[] {
  return check(aVif(), id, { gateways, served: null }).reasons.map(({ code }) => code);
}

function check(
  request: VirtualInterface,
  id: string,
  seen: GatewaysSeen,
  interfaces: readonly VirtualInterface[] = [],
): CheckResult {
  return runPreflightChecks(request, id, seen, aPolicy().recipient, aDecisionContext({ interfaces }));
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

  it('compares the ASN of the customer with that of this gateway only', () => {
    const equal = { asn: aVif().peers[0]?.asn ?? null };
    expect(against(VGW.prod, aGateway({ id: VGW.lab, ...equal }), aGateway())).toEqual([]);
    expect(against(VGW.prod, aGateway({ id: VGW.lab }), aGateway(equal))).toEqual(['asn-conflict']);
  });

  it('reports a missing gateway if only others exist', () => {
    expect(against(VGW.prod, aGateway({ id: VGW.lab }))).toEqual(['gateway-missing']);
    expect(against(VGW.prod)).toEqual(['gateway-missing']);
  });

  it('reports a Direct Connect gateway of another account', () => {
    const gateways = [{ ...HUB, ownerAccount: '999988887777', state: 'deleting' }];
    expect(check(aVif(), DX_GATEWAY, { gateways, served: null }).reasons).toEqual([
      {
        code: 'gateway-other-account',
        parameters: {
          gateway: DX_GATEWAY,
          gatewayAccount: '999988887777',
          ownAccount: RECIPIENT_ACCOUNT,
        },
      },
    ]);
    expect(against(DX_GATEWAY, { ...HUB, ownerAccount: RECIPIENT_ACCOUNT })).toEqual([]);
  });

  it('requires no VPC for a Direct Connect gateway', () => {
    expect(against(DX_GATEWAY, HUB)).toEqual([]);
  });

  it('does not hide the results of the network checks', () => {
    const unpaired = aVif({ peers: [aPeer({ customerAddress: '10.0.1.2/30' })] });
    const { reasons } = check(unpaired, VGW.prod, { gateways: [], served: null });
    expect(reasons.map(({ code }) => code)).toEqual(['gateway-missing', 'peers-invalid']);
  });
});

describe('the preflight check of what a Direct Connect gateway serves', () => {
  const serving = (kinds: ServedKinds['kinds'], gateway = DX_GATEWAY): GatewaysSeen => ({
    gateways: [HUB],
    served: { gateway, kinds },
  });
  const results = (type: string, seen: GatewaysSeen, interfaces: readonly VirtualInterface[] = []) => {
    const { reasons, skipped } = check(aVif({ type }), DX_GATEWAY, seen, interfaces);
    return [
      ...reasons.filter(({ code }) => code === 'gateway-other-type').map(({ parameters }) => parameters),
      ...skipped.filter((one) => one.check === 'gateway-other-type'),
    ];
  };
  const notFor = (type: string, served: string) => ({
    gateway: DX_GATEWAY,
    type,
    cause: 'association',
    served,
  });

  it.each<[type: string, kinds: ServedKind[], expected: object[]]>([
    ['private', [], []],
    ['transit', [], []],
    ['private', ['private'], []],
    ['transit', ['transit'], []],
    ['private', ['transit'], [notFor('private', 'transit')]],
    ['transit', ['private'], [notFor('transit', 'private')]],
    ['private', ['private', 'transit'], [notFor('private', 'transit')]],
    ['private', ['transit', 'unknown'], [notFor('private', 'transit')]],
    [
      'private',
      ['private', 'unknown'],
      [{ check: 'gateway-other-type', missing: 'unknownType', gateway: DX_GATEWAY }],
    ],
  ])('a %s request, on one that serves %j', (type, kinds, expected) => {
    expect(results(type, serving(kinds))).toEqual(expected);
  });

  it('is skipped, which is reported, if a permission is missing', () => {
    expect(results('private', serving(null))).toEqual([
      { check: 'gateway-other-type', missing: 'notAllowed', gateway: DX_GATEWAY },
    ]);
  });

  it('does not use what was read of another gateway', () => {
    expect(results('private', serving(['transit'], '00000000-0000-4000-8000-000000000000'))).toEqual([]);
  });

  const on = (given: Partial<VirtualInterface>) =>
    aLiveVif({ type: 'transit', gateway: DX_GATEWAY, ...given });

  it('finds an interface of the other type on the gateway, without any permission', () => {
    const interfaces = [on({ id: 'dxvif-2' }), on({ id: 'dxvif-1', state: 'down' })];
    expect(results('private', serving(null), interfaces)).toContainEqual({
      ...{ gateway: DX_GATEWAY, type: 'private', cause: 'interface', served: 'transit' },
      id: 'dxvif-1',
    });
  });

  it.each<[string, Partial<VirtualInterface>]>([
    ['of the same type', { type: 'private' }],
    ['of a type that no gateway serves', { type: 'public' }],
    ['of an unknown type', { type: null }],
    ['on another gateway', { gateway: VGW.prod }],
    ['that has ended', { state: 'deleted' }],
    ['that is only offered', { state: 'confirming', gateway: null }],
  ])('does not find an interface %s', (_, given) => {
    expect(results('private', serving([]), [on(given)])).toEqual([]);
  });

  it('is only for Direct Connect gateways', () => {
    const context = aDecisionContext({ interfaces: [on({ id: 'dxvif-1', gateway: VGW.prod })] });
    expect(checkTypesOnGateway(aVif(), VGW.prod, context).reasons).toEqual([]);
  });

  it('finds an accepted interface of the other type that an outdated listing still shows as a request', () => {
    const offered = on({ id: 'dxvif-1', state: 'confirming', gateway: null });
    const acceptances = { 'dxvif-1': anAcceptance({ gateway: DX_GATEWAY }) };
    const context = aDecisionContext({ interfaces: [offered], acceptances });
    expect(checkTypesOnGateway(aVif(), DX_GATEWAY, context).reasons).toMatchObject([
      { parameters: { cause: 'interface', id: 'dxvif-1' } },
    ]);
  });

  it('does not find a request whose ledger item is damaged, because its gateway is unknown', () => {
    const offered = on({ id: 'dxvif-1', state: 'confirming', gateway: null });
    const context = aDecisionContext({ interfaces: [offered], damaged: { 'dxvif-1': 'not JSON' } });
    expect(checkTypesOnGateway(aVif(), DX_GATEWAY, context).reasons).toEqual([]);
  });

  it('finds a request of the other type that is being confirmed for the gateway', () => {
    const offered = on({ id: 'dxvif-1', state: 'confirming', gateway: null });
    const intents = { 'dxvif-1': anIntent({ gateway: DX_GATEWAY }) };
    const context = aDecisionContext({ interfaces: [offered], intents });
    expect(checkTypesOnGateway(aVif(), DX_GATEWAY, context).reasons).toMatchObject([
      { parameters: { cause: 'interface', id: 'dxvif-1' } },
    ]);
    const elsewhere = { 'dxvif-1': anIntent({ gateway: VGW.prod }) };
    expect(checkTypesOnGateway(aVif(), DX_GATEWAY, { ...context, intents: elsewhere }).reasons).toEqual([]);
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
