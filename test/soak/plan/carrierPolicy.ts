import { createHash } from 'node:crypto';
import type { InterfaceKind } from '../../../core/kinds.ts';
import type { KeyDigest } from '../../../core/model.ts';
import { CARRIER, CARRIER_1, PLANTED } from './constants.ts';
import type { CarrierPlan, Customer, LifePlan, SharedOwnerPlan } from './lifePlan.ts';
import {
  NOTHING,
  type PlainGrant,
  type PlainMatch,
  type PlainOwner,
  type PlainPolicy,
} from './plainPolicy.ts';

/** The BGP keys that were agreed with the owners that share the connection of the carrier. */
export const AGREED_KEYS = {
  gamma: `${PLANTED}-of-gamma`,
  delta: `${PLANTED}-of-delta`,
  /** given to both owners by mistake */
  ofTwo: `${PLANTED}-of-two`,
} as const;

export function digestOf(key: string): KeyDigest {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/** A plan of a life with a carrier. */
type WithCarrier = Pick<LifePlan, 'provider'> & { readonly carrier: CarrierPlan };

/** What the operator has changed in the policy since the start of the life. */
export interface SharedOwnersState {
  /** IDs of orders of gamma */
  readonly pinned: readonly string[];
  readonly areRenamed: boolean;
}

/** The name of an owner in the policy. */
function ownerNameOf(customer: Customer, areRenamed: boolean): string {
  return areRenamed ? `${customer}-renamed` : customer;
}

/** The customer of the carrier that has this name in the policy. */
export function customerOf(owner: string): string {
  return owner.replace(/-renamed$/, '');
}

/** The policy with the owners that share the connection of the carrier. */
export function withSharedOwners(
  policy: PlainPolicy,
  { carrier, provider }: WithCarrier,
  { pinned, areRenamed }: SharedOwnersState,
): PlainPolicy {
  const { gamma, delta, isPinnedTwice, hasKeyOfTwo } = carrier;
  const ofTwo = hasKeyOfTwo ? { 'by-key-of-two': { bgpKey: digestOf(AGREED_KEYS.ofTwo) } } : {};
  const byId = { id: pinned, bgpKey: isPinnedTwice ? digestOf(AGREED_KEYS.gamma) : null };
  // A list of IDs may not be empty: there is none before the first order.
  const ofGamma = { ...(pinned.length === 0 ? {} : { 'by-id': byId }), ...ofTwo };
  const ofDelta = { 'by-key': { bgpKey: digestOf(AGREED_KEYS.delta) }, ...ofTwo };
  const isGammaKnown = Object.keys(ofGamma).length > 0;
  const shared = [
    ...(isGammaKnown ? [sharedOwner(ownerNameOf('gamma', areRenamed), gamma, ofGamma, provider)] : []),
    sharedOwner(ownerNameOf('delta', areRenamed), delta, ofDelta, provider),
  ];
  return { ...policy, owners: [...policy.owners, ...shared] };
}

/** The policy with one more grant of gamma, which has no pin: the compiler must reject it. */
export function withUnpinnedGrant(
  policy: PlainPolicy,
  { carrier, provider }: WithCarrier,
  bgpKey: boolean,
): PlainPolicy {
  const pin = { bgpKey: bgpKey ? ('required' as const) : null };
  const unpinned = sharedOwner('gamma', carrier.gamma, { unpinned: pin }, provider);
  return {
    ...policy,
    owners: [...policy.owners.filter(({ name }) => customerOf(name) !== 'gamma'), unpinned],
  };
}

function sharedOwner(
  name: string,
  plan: SharedOwnerPlan,
  pins: Readonly<Record<string, Partial<PlainMatch>>>,
  provider: LifePlan['provider'],
): PlainOwner {
  const { hasAccount, limit, asn, name: glob, grantLimit } = plan;
  const [hub, transitHub] = provider === 'aws' ? [plan.hub, plan.transitHub] : [null, null];
  const grant = (
    grantName: string,
    type: InterfaceKind,
    gateway: string,
    pin: Partial<PlainMatch>,
  ): PlainGrant => ({
    name: grantName,
    type,
    gateway,
    match: {
      ...NOTHING,
      vlan: [[500, 599]],
      asn: asn === null ? null : [[asn, asn]],
      name: glob === null ? null : [glob],
      ...pin,
    },
    limit: grantLimit,
    from: null,
    until: null,
  });
  return {
    name,
    account: hasAccount ? CARRIER : null,
    connections: [],
    sharedConnections: [CARRIER_1],
    limit,
    grants: Object.entries(pins).flatMap(([pinned, pin]) => [
      grant(pinned, 'private', hub ?? plan.gateway, pin),
      ...(transitHub === null ? [] : [grant(`${pinned}-transit`, 'transit', transitHub, pin)]),
    ]),
  };
}
