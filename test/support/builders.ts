import type { DecisionContext } from '../../core/decisionContext.ts';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import { type BgpPeer, createInterface, type Gateway, type VirtualInterface } from '../../core/model.ts';
import type { Grant, HoldRule, Owner, Policy, PolicyRecipient } from '../../core/policy.ts';
import { normaliseMatch } from '../../language/fields/matchFields.ts';

/** Builders of valid values. Each takes the properties that a test changes. */

export const RECIPIENT_ACCOUNT = '012345678901';
export const OWNER_ACCOUNT = '210987654321';
/** `owner` belongs to acme; `other` is not in the policy of `aPolicy` */
export const CONNECTION = { owner: 'dxcon-11111111', second: 'dxcon-22222222', other: 'dxcon-99999999' };
export const VGW = { prod: 'vgw-12345678', lab: 'vgw-87654321' };
export const DX_GATEWAY = '5f294f92-bafb-4011-916d-9b0bec4cf2c8';
export const NOW = new Date('2026-11-10T12:00:00.000Z');
export const WEEK_S = 7 * 24 * 60 * 60;

export function aPeer(given: Partial<BgpPeer> = {}): BgpPeer {
  return {
    asn: 65010,
    amazonAddress: '169.254.10.1/30',
    customerAddress: '169.254.10.2/30',
    hasKey: true,
    agreedKey: null,
    ...given,
  };
}

/** A request by acme that `aPolicy` accepts. */
export function aVif(given: Partial<VirtualInterface> = {}): VirtualInterface {
  return createInterface({
    id: 'dxvif-aaaaaaaa',
    state: 'confirming',
    type: 'private',
    ownerAccount: RECIPIENT_ACCOUNT,
    connection: CONNECTION.owner,
    name: 'acme-prod-1',
    location: 'PAR1',
    vlan: 101,
    peers: [aPeer()],
    ...given,
  });
}

/** An accepted interface on the same connection and gateway, without any conflict. */
export function aLiveVif(given: Partial<VirtualInterface> = {}): VirtualInterface {
  const peers = [aPeer({ amazonAddress: '169.254.99.1/30', customerAddress: '169.254.99.2/30' })];
  return aVif({ id: 'dxvif-bbbbbbbb', state: 'available', gateway: VGW.prod, vlan: 102, peers, ...given });
}

export function aMatch(given: Partial<Match> = {}): Match {
  return { ...normaliseMatch({}), ...given };
}

type GrantGiven = Partial<Omit<Grant, 'match'>> & { readonly match?: Partial<Match> };

export function aGrant({ match = {}, ...given }: GrantGiven = {}): Grant {
  return {
    name: 'default',
    type: 'private',
    gateway: VGW.prod,
    gatewayName: null,
    match: aMatch(match),
    limit: null,
    routes: null,
    maxPrefixes: null,
    ticket: null,
    from: null,
    until: null,
    ...given,
  };
}

export function aHoldRule({ reason = null, ...match }: Partial<Match> & Partial<HoldRule> = {}): HoldRule {
  return { match: aMatch(match), reason };
}

export function anOwner(given: Partial<Owner> = {}): Owner {
  return {
    name: 'acme',
    account: null,
    connections: [CONNECTION.owner, CONNECTION.second],
    sharedConnections: [],
    contact: null,
    limit: null,
    grants: [aGrant()],
    ...given,
  };
}

export function aRecipient(given: Partial<PolicyRecipient> = {}): PolicyRecipient {
  return {
    provider: 'outscale',
    region: 'eu-west-2',
    account: RECIPIENT_ACCOUNT,
    credentials: null,
    expiry: WEEK_S,
    ...given,
  };
}

export const AWS = aRecipient({ provider: 'aws', region: 'eu-west-1', expiry: null });

export function aPolicy(given: Partial<Policy> = {}): Policy {
  return {
    target: 'acme',
    recipient: aRecipient(),
    freeze: false,
    limits: { acceptsPerRun: 10 },
    owners: [anOwner()],
    hold: [],
    ...given,
  };
}

/** A policy with one owner, `acme`, and these grants. */
export function aPolicyGranting(...grants: Grant[]): Policy {
  return aPolicy({ owners: [anOwner({ grants })] });
}

export function aDecisionContext(given: Partial<DecisionContext> = {}): DecisionContext {
  return {
    interfaces: [],
    intents: {},
    acceptances: {},
    damaged: {},
    ownConnections: { known: true, ids: new Set() },
    acceptedThisRun: 0,
    ...given,
  };
}

export function aGateway(given: Partial<Gateway> = {}): Gateway {
  return {
    id: VGW.prod,
    kind: 'virtual',
    state: 'available',
    attachedVpcs: ['vpc-12345678'],
    asn: null,
    ownerAccount: null,
    ...given,
  };
}
