import { memoizeByObject } from './memoize.ts';
import type { VirtualInterface } from './model.ts';
import type { Owner, Policy } from './policy.ts';
import { quote } from './printableText.ts';
import { PROVIDER_TRAITS } from './providers.ts';
import type { Reason } from './reasons.ts';
import { ACCOUNT } from './resourceIds.ts';

/** Who made a virtual interface: an owner of the policy, the recipient itself, or an unknown requester. */
export type Identity =
  | { readonly kind: 'owner'; readonly owner: Owner }
  /** offered by the recipient to another account: not a request */
  | { readonly kind: 'outbound' }
  | { readonly kind: 'unknown'; readonly reason: Reason };

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
 * The connection does: the platform sets it, and only its owner can offer interfaces on it.
 */
export function identify(policy: Policy, vif: VirtualInterface, own: OwnConnections): Identity {
  const { provider, account: recipientAccount } = policy.recipient;
  const { ownerAccount: account, connection } = vif;
  if (account === null) return unknownRequester('the API did not return an owner account');
  if (account === recipientAccount) return identifyByConnection(policy, connection);

  // Fail closed: without the list of own connections, a request cannot be distinguished from an interface that the
  // recipient offered to others.
  if (!own.known) {
    return unknownRequester(
      `the API returned account ${quote(account)}, and the recipient's own connections are unknown (${own.why})`,
    );
  }
  if (connection !== null && own.ids.has(connection)) return { kind: 'outbound' };
  if (PROVIDER_TRAITS[provider].mayRevealRequester)
    return checkRevealedAccount(identifyByConnection(policy, connection), account);
  // The owner account of a request is its recipient: this target must not accept an interface of another recipient.
  return ownerMismatch(
    `the API returned account ${quote(account)} as the recipient, not \`${recipientAccount}\``,
  );
}

const ownersByConnection = memoizeByObject(({ owners }: Policy): ReadonlyMap<string, Owner | 'several'> => {
  const index = new Map<string, Owner | 'several'>();
  for (const owner of owners)
    for (const connection of new Set(owner.connections))
      index.set(connection, index.has(connection) ? 'several' : owner);
  return index;
});

function identifyByConnection(policy: Policy, connection: string | null): Identity {
  if (connection === null) return unknownRequester('the API did not return a connection');
  const owner = ownersByConnection(policy).get(connection);
  if (owner === 'several') {
    // Fail closed: a checked policy never has this; in one that has it, the connection identifies no owner.
    return unknownRequester(
      `more than one owner in the policy has connection ${quote(connection)}; keep it with one of them`,
    );
  }
  if (owner !== undefined) return { kind: 'owner', owner };
  return unknownRequester(
    `no owner in the policy has connection ${quote(connection)}; if you know its owner, add it to \`connections\` of that owner`,
  );
}

/**
 * On OUTSCALE the meaning of this account before acceptance is uncertain, so it can only confirm an owner, never identify
 * one.
 */
function checkRevealedAccount(identity: Identity, account: string): Identity {
  if (identity.kind !== 'owner') return identity;
  const { name, account: expected } = identity.owner;
  if (expected === account) return identity;
  if (expected !== null) {
    return ownerMismatch(
      `the API returned account ${quote(account)}, but owner \`${name}\` has account \`${expected}\``,
    );
  }
  return ownerMismatch(
    `the API returned account ${quote(account)}, and owner \`${name}\` has no account to compare; if it is the owner's, ` +
      `add \`account: "${ACCOUNT.test(account) ? account : '…'}"\` under \`owners.${name}\` (if it is your own, \`recipient.account\` is wrong)`,
  );
}

function unknownRequester(message: string): Identity {
  return { kind: 'unknown', reason: { code: 'unknown-requester', message } };
}

function ownerMismatch(message: string): Identity {
  return { kind: 'unknown', reason: { code: 'owner-mismatch', message } };
}
