import { memoizeByObject } from './memoize.ts';
import type { VirtualInterface } from './model.ts';
import type { Owner, Policy } from './policy.ts';
import { quote } from './printableText.ts';
import type { Reason } from './reasons.ts';
import { ACCOUNT } from './resourceIds.ts';

/** Who offers a virtual interface. */
export type Identity =
  | { readonly kind: 'owner'; readonly owner: Owner }
  /** offered by us to somebody else: no request */
  | { readonly kind: 'outbound' }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** Connections and LAGs of the recipient itself, or why they could not be asked for. */
export type OwnConnections =
  | { readonly known: true; readonly ids: ReadonlySet<string> }
  | { readonly known: false; readonly why: string };

/** Whether telling who asks takes `DescribeConnections`: only where the API names another account than ours. */
export function needsOwnConnections(policy: Policy, vif: VirtualInterface): boolean {
  return vif.ownerAccount !== null && vif.ownerAccount !== policy.recipient.account;
}

/**
 * The four steps by which a requester is told. `ownerAccount` normally is the recipient, so it identifies nobody; the
 * connection does, because the platform sets it and only its owner can offer interfaces on it.
 */
export function identify(policy: Policy, vif: VirtualInterface, own: OwnConnections): Identity {
  const { provider, account: us } = policy.recipient;
  const { ownerAccount: account, connection } = vif;
  if (account === null) return unknown('the API did not name an owner account');
  if (account === us) return byConnection(policy, connection);

  // Fail closed: without our own connections, a request cannot be told from what we offered to others.
  if (!own.known) {
    return unknown(
      `the API names account ${quote(account)} and our own connections are not known (${own.why})`,
    );
  }
  if (connection !== null && own.ids.has(connection)) return { kind: 'outbound' };
  switch (provider) {
    case 'aws':
      // On AWS the owner account of a request is its recipient: another one than ours is not for us to accept.
      return mismatch(`the API names account ${quote(account)} as recipient, which is not ours (\`${us}\`)`);
    case 'outscale':
      return byRevealedAccount(byConnection(policy, connection), account);
    default:
      return provider satisfies never;
  }
}

const ownersByConnection = memoizeByObject(({ owners }: Policy): ReadonlyMap<string, Owner | 'several'> => {
  const index = new Map<string, Owner | 'several'>();
  for (const owner of owners)
    for (const connection of new Set(owner.connections))
      index.set(connection, index.has(connection) ? 'several' : owner);
  return index;
});

function byConnection(policy: Policy, connection: string | null): Identity {
  if (connection === null) return unknown('the API did not name a connection');
  const owner = ownersByConnection(policy).get(connection);
  if (owner === 'several') {
    // Fail closed: no policy that was checked says so; one that does identifies nobody.
    return unknown(
      `more than one owner in the policy has connection ${quote(connection)}; leave it with one`,
    );
  }
  if (owner !== undefined) return { kind: 'owner', owner };
  return unknown(
    `no owner in the policy has connection ${quote(connection)}; when you know whose it is, add it to that owner's \`connections\``,
  );
}

/** On OUTSCALE the meaning before acceptance is not certain; it must then confirm the owner, never make one. */
function byRevealedAccount(identity: Identity, account: string): Identity {
  if (identity.kind !== 'owner') return identity;
  const { name, account: expected } = identity.owner;
  if (expected === account) return identity;
  if (expected !== null) {
    return mismatch(`the API names account ${quote(account)}, and owner \`${name}\` is \`${expected}\``);
  }
  return mismatch(
    `the API names account ${quote(account)}, and owner \`${name}\` has none to compare; when it is theirs, ` +
      `add \`account: "${ACCOUNT.test(account) ? account : '…'}"\` under \`owners.${name}\` (when it is your own, \`recipient.account\` is wrong)`,
  );
}

function unknown(message: string): Identity {
  return { kind: 'unknown', reason: { code: 'unknown-requester', message } };
}

function mismatch(message: string): Identity {
  return { kind: 'unknown', reason: { code: 'owner-mismatch', message } };
}
