import { findNearest } from './grants.ts';
import { memoizeByObject } from './memoize.ts';
import type { VirtualInterface } from './model.ts';
import { certainPins, matchingPinFields, pinsMet, pinsOfSharedKey } from './pins.ts';
import { type Owner, type Policy, sharingOwners } from './policy.ts';
import { compareByCodePoint } from './printableText.ts';
import { PROVIDER_TRAITS } from './providers.ts';
import type { Reason, ReasonParameters } from './reasons.ts';

/** Who made a virtual interface: an owner of the policy, the recipient itself, or an unknown requester. */
export type Identity =
  | { readonly kind: 'owner'; readonly owner: Owner }
  /** offered by the recipient to another account: not a request */
  | { readonly kind: 'outbound' }
  | { readonly kind: 'unknown'; readonly reason: Reason };

type UnknownRequester = Extract<Identity, { readonly kind: 'unknown' }>;
type OwnerOrUnknown = Exclude<Identity, { readonly kind: 'outbound' }>;

/** Connections and LAGs of the recipient itself, or why they are unknown. */
export type OwnConnections =
  | { readonly known: true; readonly ids: ReadonlySet<string> }
  | { readonly known: false; readonly why: string };

/**
 * Whether `DescribeConnections` is needed to identify the requester: only if the interface's owner account is not the
 * recipient.
 */
export function needsOwnConnections(policy: Policy, vif: VirtualInterface): boolean {
  return vif.ownerAccount !== null && vif.ownerAccount !== policy.recipient.account;
}

/**
 * Identifies the requester, in four steps. `ownerAccount` is normally the recipient, so it does not identify the requester.
 * The connection does: the platform sets it, and only its owner can offer interfaces on it. Where that owner is a carrier, with
 * customers of which each can make requests on the connection, a pin has to identify the requester.
 */
export function identify(policy: Policy, vif: VirtualInterface, own: OwnConnections): Identity {
  const { provider, account: recipientAccount } = policy.recipient;
  const { ownerAccount: account, connection } = vif;
  if (account === null) return unknownRequester({ cause: 'noAccount' });
  if (account === recipientAccount) return identifyByConnection(policy, vif);

  // Fail closed: without the list of own connections, a request cannot be distinguished from an interface that the
  // recipient offered to others.
  if (!own.known) return unknownRequester({ cause: 'ownConnectionsUnknown', account, problem: own.why });
  if (connection !== null && own.ids.has(connection)) return { kind: 'outbound' };
  if (PROVIDER_TRAITS[provider].mayRevealRequester)
    return checkRevealedAccount(identifyByConnection(policy, vif), account);
  // The owner account of a request is its recipient: this target must not accept an interface of another recipient.
  return ownerMismatch({ cause: 'otherRecipient', account, ownAccount: recipientAccount });
}

const ownersByConnection = memoizeByObject(({ owners }: Policy): ReadonlyMap<string, Owner | 'several'> => {
  const index = new Map<string, Owner | 'several'>();
  for (const owner of owners)
    for (const connection of new Set(owner.connections))
      index.set(connection, index.has(connection) ? 'several' : owner);
  return index;
});

/** The owner of an interface by its connection, and on a shared connection by a pin. */
export function identifyByConnection(policy: Policy, vif: VirtualInterface): OwnerOrUnknown {
  const { connection } = vif;
  if (connection === null) return unknownRequester({ cause: 'noConnection' });
  const owner = ownersByConnection(policy).get(connection);
  const sharing = sharingOwners(policy, connection);
  // Fail closed: a checked policy never has this; in one that has it, the connection identifies no owner.
  if (owner === 'several' || (owner !== undefined && sharing.length > 0))
    return unknownRequester({ cause: 'severalOwners', connection });
  if (owner !== undefined) return { kind: 'owner', owner };
  return sharing.length === 0
    ? unknownRequester({ cause: 'noOwner', connection })
    : identifyByPin(policy, sharing, vif, connection);
}

function identifyByPin(
  policy: Policy,
  sharing: readonly Owner[],
  vif: VirtualInterface,
  connection: string,
): OwnerOrUnknown {
  const matching = [...new Set([...certainPins(policy, vif), ...pinsOfSharedKey(policy, vif)])];
  const [owner, ...others] = new Set(matching.map((pin) => pin.owner));
  // Fail closed: pins of two owners identify neither.
  if (others.length > 0) {
    const pins = matching.map((pin) => ({
      owner: pin.owner.name,
      grant: pin.grant.name,
      fields: matchingPinFields(pin.grant, vif),
    }));
    return unknownRequester({ cause: 'severalPins', connection, pins: pins.sort(comparePins) });
  }
  if (owner !== undefined) return { kind: 'owner', owner };
  // A grant whose pin does not match is not named: a report must not suggest that an unknown requester is its owner.
  return unknownRequester({
    cause: 'noPin',
    connection,
    owners: namesOf(sharing),
    nearest: findNearest(pinsMet(policy, vif), vif),
  });
}

/** Computed once for each connection: a carrier may have thousands of customers, some of which make thousands of requests. */
const namesOf = memoizeByObject((owners: readonly Owner[]): readonly string[] =>
  owners.map(({ name }) => name).sort(compareByCodePoint),
);

function comparePins(a: PinName, b: PinName): number {
  return compareByCodePoint(a.owner, b.owner) || compareByCodePoint(a.grant, b.grant);
}

type PinName = { readonly owner: string; readonly grant: string };

/**
 * On OUTSCALE the meaning of this account before acceptance is uncertain, so it can only confirm an owner, never identify
 * one.
 */
function checkRevealedAccount(identity: OwnerOrUnknown, account: string): OwnerOrUnknown {
  if (identity.kind !== 'owner') return identity;
  const { name: owner, account: ownerAccount } = identity.owner;
  if (ownerAccount === account) return identity;
  return ownerMismatch(
    ownerAccount === null
      ? { cause: 'ownerWithoutAccount', account, owner }
      : { cause: 'otherAccount', account, owner, ownerAccount },
  );
}

function unknownRequester(parameters: ReasonParameters['unknown-requester']): UnknownRequester {
  return { kind: 'unknown', reason: { code: 'unknown-requester', parameters } };
}

function ownerMismatch(parameters: ReasonParameters['owner-mismatch']): UnknownRequester {
  return { kind: 'unknown', reason: { code: 'owner-mismatch', parameters } };
}
