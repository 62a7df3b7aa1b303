import { describe, expect, it } from 'vitest';
import { NO_DEADLINE } from '../../core/deadline.ts';
import { decide } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import type { ServedKind } from '../../core/kinds.ts';
import type { BgpPeer, Gateway, InterfaceField, VirtualInterface } from '../../core/model.ts';
import type { Policy } from '../../core/policy.ts';
import { runPreflightChecks } from '../../core/preflightChecks.ts';
import { REASON_CODES, type Reason, type ReasonCode } from '../../core/reasons.ts';
import {
  AWS,
  aDecisionContext,
  aGateway,
  aGrant,
  aHoldRule,
  aLiveVif,
  anOwner,
  aPeer,
  aPolicy,
  aPolicyGranting,
  aVif,
  CONNECTION,
  DX_GATEWAY,
  NOW,
  OWNER_ACCOUNT,
  RECIPIENT_ACCOUNT,
  VGW,
} from '../support/builders.ts';
import { anIntent } from '../support/ledgerBuilders.ts';

/** For each code: the difference from an accepted request, and what the reason says. */
interface Example {
  readonly policy?: Policy;
  readonly request?: Partial<VirtualInterface>;
  readonly context?: Partial<DecisionContext>;
  readonly gateway?: Partial<Gateway> | null;
  /** the kinds of interface that the Direct Connect gateway serves */
  readonly served?: readonly ServedKind[];
  readonly says: object;
}

const live = aLiveVif();
const neighbour = (given: Partial<VirtualInterface>): Partial<DecisionContext> => ({
  interfaces: [aLiveVif(given)],
});
const PAIR = ['169.254.10.1/30', '169.254.20.2/30'] as const;
const TAKEN = {
  owner: 'acme',
  limit: 1,
  taken: 1,
  first: [{ id: live.id, otherConnection: null, isUnattributed: false }],
};

/** A request for a Direct Connect gateway, which the policy allows. */
const ON_DX_GATEWAY = {
  policy: aPolicy({
    recipient: AWS,
    owners: [anOwner({ grants: [aGrant({ gateway: DX_GATEWAY })] })],
  }),
  gateway: { id: DX_GATEWAY, kind: 'directConnect', attachedVpcs: [] },
} as const;

const EXAMPLES: Readonly<Record<ReasonCode, Example>> = {
  'type-not-supported': {
    request: { type: 'transit' },
    says: { type: 'transit', supported: ['private'] },
  },
  unreadable: {
    request: { readErrors: ['`vlan` must be a whole number'] },
    says: { cause: 'readErrors', readErrors: ['`vlan` must be a whole number'] },
  },
  'other-region': {
    request: { region: 'us-west-1' },
    says: { region: 'us-west-1', ownRegion: 'eu-west-2' },
  },
  'unknown-requester': {
    request: { connection: CONNECTION.other },
    says: { cause: 'noOwner', connection: CONNECTION.other },
  },
  'owner-mismatch': {
    policy: aPolicy({ recipient: AWS }),
    request: { ownerAccount: OWNER_ACCOUNT },
    says: { cause: 'otherRecipient', account: OWNER_ACCOUNT, ownAccount: AWS.account },
  },
  frozen: {
    policy: aPolicy({ freeze: true }),
    says: {
      unfrozen: { verdict: 'accept', owner: 'acme', grant: 'default', gateway: VGW.prod, checked: false },
      deadline: NO_DEADLINE,
    },
  },
  'held-by-policy': {
    policy: aPolicy({ hold: [aHoldRule({ vlan: [[100, 199]], reason: 'under investigation' })] }),
    says: {
      fields: [{ field: 'vlan', expected: '100-199', verdict: 'yes' }],
      reason: 'under investigation',
    },
  },
  'no-grant': {
    policy: aPolicyGranting(aGrant({ name: 'prod', match: { vlan: [[1, 99]] } })),
    says: {
      owner: 'acme',
      nearest: {
        owner: 'acme',
        grant: 'prod',
        gateway: VGW.prod,
        failed: [{ field: 'vlan', expected: '1-99', actual: '101', verdict: 'no' }],
      },
    },
  },
  'grant-not-started': {
    policy: aPolicyGranting(aGrant({ from: '2026-12-01T00:00:00.000Z' })),
    says: { owner: 'acme', grant: 'default', from: '2026-12-01T00:00:00.000Z' },
  },
  'grant-ended': {
    policy: aPolicyGranting(aGrant({ until: '2026-11-01T00:00:00.000Z' })),
    says: { owner: 'acme', grant: 'default', until: '2026-11-01T00:00:00.000Z' },
  },
  ambiguous: {
    policy: aPolicyGranting(aGrant({ name: 'a' }), aGrant({ name: 'b', gateway: VGW.lab })),
    says: {
      owner: 'acme',
      grants: [
        { grant: 'a', gateway: VGW.prod },
        { grant: 'b', gateway: VGW.lab },
      ],
    },
  },
  'owner-limit': {
    policy: aPolicy({ owners: [anOwner({ limit: 1 })] }),
    context: { interfaces: [live] },
    says: TAKEN,
  },
  'grant-limit': {
    policy: aPolicyGranting(aGrant({ limit: 1 })),
    context: { interfaces: [live] },
    says: { ...TAKEN, grant: 'default' },
  },
  'run-limit': { context: { acceptedThisRun: 10 }, says: { acceptsPerRun: 10 } },
  'gateway-missing': { gateway: null, says: { gateway: VGW.prod } },
  'gateway-other-account': {
    gateway: { ownerAccount: OWNER_ACCOUNT },
    says: { gateway: VGW.prod, gatewayAccount: OWNER_ACCOUNT, ownAccount: RECIPIENT_ACCOUNT },
  },
  'gateway-other-type': {
    ...ON_DX_GATEWAY,
    served: ['transit'],
    says: { cause: 'association', gateway: DX_GATEWAY, type: 'private', served: 'transit' },
  },
  'gateway-not-available': {
    gateway: { state: 'deleting' },
    says: { gateway: VGW.prod, state: 'deleting' },
  },
  'gateway-not-attached': { gateway: { attachedVpcs: [] }, says: { gateway: VGW.prod } },
  'vlan-in-use': {
    context: neighbour({ vlan: 101 }),
    says: { cause: 'certain', vlan: 101, connection: CONNECTION.owner, id: live.id },
  },
  'peers-invalid': {
    request: { peers: [aPeer({ customerAddress: PAIR[1] })] },
    says: { cause: 'differentSubnets', pair: PAIR },
  },
  'peers-overlap': {
    context: neighbour({ peers: [aPeer()] }),
    says: { cause: 'overlap', id: live.id },
  },
  'asn-conflict': { gateway: { asn: 65010 }, says: { asn: 65010, gateway: VGW.prod } },
};

describe('each reason is reported alone and names its object', () => {
  it.each(REASON_CODES)('%s', (code) => {
    const example = EXAMPLES[code];
    expect(evaluate(example)).toEqual([{ code, parameters: example.says }]);
  });

  it('differs from a request that is accepted', () => {
    expect(evaluate({})).toEqual([]);
  });
});

describe('the cause of a reason', () => {
  const odd = (field: InterfaceField) => ({ readErrors: ['odd'], unreadable: [field] });
  const session = (given: Partial<BgpPeer>) => ({ peers: [aPeer(given)] });
  it.each<[ReasonCode, cause: string, Omit<Example, 'says'>]>([
    ['unreadable', 'onGateway', { request: { gateway: VGW.lab } }],
    ['unreadable', 'tooLong', { request: { name: 'x'.repeat(50_000) } }],
    ['unreadable', 'ledgerEntry', { context: { damaged: { [aVif().id]: 'it is damaged' } } }],
    [
      'gateway-other-type',
      'interface',
      { ...ON_DX_GATEWAY, context: neighbour({ type: 'transit', gateway: DX_GATEWAY }) },
    ],
    ['vlan-in-use', 'unreadable', { context: neighbour({ vlan: null, ...odd('vlan') }) }],
    [
      'vlan-in-use',
      'unreadable',
      { context: neighbour({ vlan: 101, connection: null, ...odd('connection') }) },
    ],
    ['vlan-in-use', 'unknownConnection', { context: neighbour({ vlan: 101, connection: null }) }],
    ['peers-invalid', 'notAnAddress', { request: session({ amazonAddress: null, customerAddress: 'here' }) }],
    ['peers-invalid', 'notBothAddresses', { request: session({ customerAddress: 'here' }) }],
    ['peers-invalid', 'notBothAddresses', { request: session({ amazonAddress: 'here' }) }],
    ['peers-invalid', 'sameAddress', { request: session({ customerAddress: '169.254.10.1/30' }) }],
    ['peers-invalid', 'broadcast', { request: session({ customerAddress: '169.254.10.3/30' }) }],
    ['peers-invalid', 'broadcast', { request: session({ amazonAddress: '169.254.10.3/30' }) }],
    ['peers-overlap', 'unreadable', { context: neighbour({ peers: [], ...odd('addresses') }) }],
    ['peers-overlap', 'unknownGateway', { context: neighbour({ peers: [aPeer()], gateway: null }) }],
    ['peers-overlap', 'unlisted', { context: { intents: { 'dxvif-cccccccc': anIntent() } } }],
  ])('%s: %s', (code, cause, example) => {
    expect(evaluate(example)).toMatchObject([{ code, parameters: { cause } }]);
  });
});

/** Decides, and runs the preflight checks if the policy allows the request. */
function evaluate({
  policy = aPolicy(),
  request,
  context,
  gateway = {},
  served,
}: Omit<Example, 'says'>): readonly Reason[] {
  const [vif, around] = [aVif(request), aDecisionContext(context)];
  const decision = decide(policy, vif, around, NO_DEADLINE, NOW);
  if (decision.verdict === 'hold') return decision.reasons;
  return runPreflightChecks(
    vif,
    decision.gateway,
    {
      gateways: gateway === null ? [] : [aGateway(gateway)],
      served: served === undefined ? null : { gateway: decision.gateway, kinds: served },
    },
    policy.recipient,
    around,
  ).reasons;
}
