import { identify, type OwnConnections } from '../../core/identifyRequester.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { connectionsOf, type Owner, type Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import { renderReason } from '../../core/renderReason.ts';

/** The owner that the request is attributed to, and why. */
export interface Requester {
  /** `null`: unknown requester */
  readonly owner: string | null;
  readonly why: string;
  /** connections in the policy that differ little from the unknown one, possibly by a typing error */
  readonly similar: readonly { readonly connection: string; readonly owner: string }[];
}

/** Attributes a request to an owner of the policy. */
export function identifyRequester(
  policy: Policy,
  request: VirtualInterface,
  own: OwnConnections,
): { readonly requester: Requester; readonly owner: Owner | null } {
  const identity = identify(policy, request, own);
  switch (identity.kind) {
    case 'owner': {
      const { owner } = identity;
      return {
        owner,
        requester: { owner: owner.name, why: explainOwner(policy, owner, request), similar: [] },
      };
    }
    case 'outbound':
      return {
        owner: null,
        requester: { owner: null, why: 'the recipient offers it to another account', similar: [] },
      };
    case 'unknown': {
      const { connection } = request;
      const similar = isListed(policy, connection) ? [] : findSimilarConnections(policy, connection);
      return { owner: null, requester: { owner: null, why: renderReason(identity.reason), similar } };
    }
    default:
      return identity satisfies never;
  }
}

function explainOwner(
  { recipient }: Policy,
  { name, sharedConnections }: Owner,
  { connection, ownerAccount }: VirtualInterface,
): string {
  const account =
    ownerAccount === recipient.account
      ? 'the API names the recipient as owner account, as for every request, which identifies no requester'
      : `the API names account ${quote(ownerAccount ?? '')}, which is the owner's`;
  const isShared = connection !== null && sharedConnections.includes(connection);
  return isShared
    ? `owner \`${name}\` is the only one of the owners that share connection ${quote(connection)} with a pin that matches; ${account}`
    : `owner \`${name}\` lists connection ${quote(connection ?? '')}; ${account}`;
}

function isListed({ owners }: Policy, connection: string | null): boolean {
  return owners.some((owner) => connection !== null && connectionsOf(owner).includes(connection));
}

/** Maximum number of differing characters in a similar connection ID, and maximum number of similar connections reported. */
const [MAX_DIFFERENCES, MAX_SIMILAR] = [2, 3];

/** Finds connections with similar IDs. Only the connection is compared: a requester can copy the name or the VLAN of an owner. */
function findSimilarConnections({ owners }: Policy, unknown: string | null): Requester['similar'] {
  if (unknown === null) return [];
  return owners
    .flatMap((owner) => connectionsOf(owner).map((connection) => ({ connection, owner: owner.name })))
    .filter(({ connection }) => countDifferences(connection, unknown) <= MAX_DIFFERENCES)
    .slice(0, MAX_SIMILAR);
}

function countDifferences(a: string, b: string): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.split('').filter((character, i) => character !== b[i]).length;
}
