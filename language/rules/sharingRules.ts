import { quote } from '../../core/printableText.ts';
import type { Finding } from '../diagnostic.ts';
import {
  type PartialGrant,
  type PartialOwner,
  type PartialPolicy,
  readableGrants,
  readableOwners,
} from '../policySchema.ts';
import { type AtPath, readableItems } from '../readDocument.ts';

/** Rules for connections of a carrier, which several of its customers share. */

/** A connection is either one that a party has for itself, or a shared one: as both, it would identify an owner and would not. */
export function noExclusiveSharedConnection(policy: PartialPolicy): Finding[] {
  const owners = readableOwners(policy);
  const sharedBy = new Map(
    owners.flatMap(({ value, path }) =>
      readableItems(value.sharedConnections, []).map((item) => [item.value, String(path.at(-1))] as const),
    ),
  );
  return owners.flatMap((owner) =>
    readableItems(owner.value.connections, [...owner.path, 'connections']).flatMap(
      ({ value, path }): Finding[] => {
        const sharing = sharedBy.get(value);
        if (sharing === undefined) return [];
        const message = `connection ${quote(value)} is exclusive here, and shared for owner ${quote(sharing)}`;
        const fix = 'ask the carrier which it is; in doubt, list it in `sharedConnections` only';
        return [{ path, at: 'value', code: 'connection-exclusive-and-shared', message, fix }];
      },
    ),
  );
}

/** On a shared connection every grant has a pin: everything else in a request is in the hands of any customer of the carrier. */
export function noUnpinnedGrant(policy: PartialPolicy): Finding[] {
  return readableOwners(policy).flatMap((owner) => {
    const { value, path } = owner;
    // A list that cannot be read is reported itself.
    if (value.sharedConnections === undefined) return [];
    const shared = new Set(readableItems(value.sharedConnections, []).map((item) => item.value));
    const hasExclusive = Object.hasOwn(value, 'connections');
    const unpinned = readableGrants(owner)
      .filter((grant) => isCertainlyUnpinned(grant.value, shared))
      .map((grant) => unpinnedGrant(grant, 'key', hasExclusive));
    if (!Object.hasOwn(value, 'gateway')) return unpinned;
    return [...unpinned, unpinnedGrant({ value, path: [...path, 'gateway'] }, 'key', hasExclusive)];
  });
}

/** Whether a grant applies on a shared connection without a pin. What cannot be read may be a pin, and is reported itself. */
function isCertainlyUnpinned(grant: PartialGrant, shared: ReadonlySet<string>): boolean {
  if (!Object.hasOwn(grant, 'match')) return true;
  const { match } = grant;
  if (match === undefined || Object.hasOwn(match, 'id')) return false;
  if (Object.hasOwn(match, 'bgpKey') && match.bgpKey !== 'required') return false;
  if (!Object.hasOwn(match, 'connection')) return true;
  return match.connection?.some((connection) => connection !== undefined && shared.has(connection)) ?? false;
}

function unpinnedGrant(
  { path }: AtPath<PartialGrant | PartialOwner>,
  at: Finding['at'],
  hasExclusive: boolean,
): Finding {
  const restrict = hasExclusive ? ', or `connection:` with exclusive connections only' : '';
  const isShorthand = path.at(-1) === 'gateway';
  const place = isShorthand ? 'replace `gateway` by `grants`, and add to `match` ' : 'add ';
  return {
    path,
    at,
    code: 'unpinned-grant',
    message: isShorthand
      ? 'this grant applies on shared connections, where nothing in it identifies the owner'
      : `grant ${quote(String(path.at(-1)))} applies on shared connections, where nothing in its \`match\` identifies the owner`,
    fix: `${place}\`id: [dxvif-…]\` of the request, or \`bgpKey: "sha256:…"\` of \`vif-acceptor policy invite\`${restrict}`,
  };
}
