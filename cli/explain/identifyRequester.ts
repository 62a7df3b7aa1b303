import { identify, type OwnConnections } from '../../core/identify.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';

/** Who it is taken for, and why. */
export interface Requester {
  /** `null`: nobody knows */
  readonly owner: string | null;
  readonly why: string;
  /** connections of the policy that the unknown one may be a slip of */
  readonly similar: readonly { readonly connection: string; readonly owner: string }[];
}

export function requesterOf(
  policy: Policy,
  request: VirtualInterface,
  own: OwnConnections,
): { readonly requester: Requester; readonly owner: Owner | null } {
  const identity = identify(policy, request, own);
  switch (identity.kind) {
    case 'owner': {
      const { owner } = identity;
      return { owner, requester: { owner: owner.name, why: whyKnown(policy, owner, request), similar: [] } };
    }
    case 'outbound':
      return {
        owner: null,
        requester: { owner: null, why: 'it is offered by us to somebody else', similar: [] },
      };
    case 'unknown': {
      const similar = isListed(policy, request.connection) ? [] : similarTo(policy, request.connection);
      return { owner: null, requester: { owner: null, why: identity.reason.message, similar } };
    }
    default:
      return identity satisfies never;
  }
}

function whyKnown(
  { recipient }: Policy,
  { name }: Owner,
  { connection, ownerAccount }: VirtualInterface,
): string {
  const account =
    ownerAccount === recipient.account
      ? 'the API names the recipient as owner account, as it does for requests, which identifies nobody'
      : `the API names account ${quote(ownerAccount ?? '')}, which is theirs`;
  return `owner \`${name}\` lists connection ${quote(connection ?? '')}; ${account}`;
}

function isListed({ owners }: Policy, connection: string | null): boolean {
  return owners.some(({ connections }) => connection !== null && connections.includes(connection));
}

/** Characters in which a slip may differ, and slips that are told. */
const [NEAR, MOST] = [2, 3];

/** By the connection alone: whoever has a name or a VLAN like an owner's may have copied it. */
function similarTo({ owners }: Policy, unknown: string | null): Requester['similar'] {
  if (unknown === null) return [];
  return owners
    .flatMap(({ name, connections }) => connections.map((connection) => ({ connection, owner: name })))
    .filter(({ connection }) => differing(connection, unknown) <= NEAR)
    .slice(0, MOST);
}

function differing(a: string, b: string): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.split('').filter((character, i) => character !== b[i]).length;
}
