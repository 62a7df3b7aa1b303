import { memoizeByObject } from '../../core/memoize.ts';
import { type Owner, type Policy, recipientKey } from '../../core/policy.ts';
import type { Point } from '../algebra/setAlgebra.ts';
import {
  type AcceptedRequests,
  acceptedRequests,
  type GrantRequests,
  grantsBeside,
  isPinBeside,
} from '../requestSets/acceptedRequests.ts';
import { NO_PINS } from '../requestSets/attributedPins.ts';
import { type FieldProduct, intersectProducts, productsIntersect } from '../requestSets/fieldProduct.ts';
import { typicalPoint } from '../requestSets/policyRequests.ts';
import { findMember, type RequestSet, simplifyRequestSet } from '../requestSets/requestSet.ts';

/** A set of requests whose decision changes in the same way. */
export interface DecisionChange {
  /** `added`: newly acceptable; `removed`: no longer acceptable; `moved`: accepted with another gateway */
  readonly kind: 'added' | 'removed' | 'moved';
  /** the owner of the grant that accepts them: of the new policy, or of the old one if only that accepts them */
  readonly owner: string;
  readonly grant: string;
  /** in the old and in the new policy; `null` if that accepts none of them */
  readonly gateways: { readonly old: NamedGateway | null; readonly new: NamedGateway | null };
  readonly requestSet: RequestSet;
  /** one of them, at an instant of the change */
  readonly example: Point;
}

/** A gateway by ID and name. */
export interface NamedGateway {
  readonly id: string;
  /** in the policy, if it has one */
  readonly name: string | null;
}

/**
 * Finds the requests that two policies decide differently from an instant on. Live interfaces are ignored, because limits are compared
 * separately. Exact, and empty for policies that mean the same.
 * @param at in milliseconds
 */
export function findDecisionChanges(old: Policy, now: Policy, at: number): DecisionChange[] {
  const [before, after] = [acceptedRequests(old, at), acceptedRequests(now, at)];
  // Policies for different recipients decide on different requests.
  const isSame = recipientKey(old.recipient) === recipientKey(now.recipient);
  return [
    ...after.grants.flatMap((one) =>
      changesOnlyIn('added', one, after, isSame ? before : NO_REQUESTS, now, at),
    ),
    ...before.grants.flatMap((one) =>
      changesOnlyIn('removed', one, before, isSame ? after : NO_REQUESTS, old, at),
    ),
    ...(isSame ? after.grants.flatMap((one) => movedRequests(one, before, after, now, at)) : []),
  ];
}

const NO_REQUESTS: AcceptedRequests = {
  grants: [],
  grantsOn: () => [],
  heldFor: () => [],
  heldKeys: () => new Set(),
  heldForAll: () => [],
  heldByPins: () => NO_PINS,
};

/** The requests that one policy accepts by a grant and the other does not: none of its grants matches them, or something holds them. */
function changesOnlyIn(
  kind: 'added' | 'removed',
  one: GrantRequests,
  own: AcceptedRequests,
  other: AcceptedRequests,
  policy: Policy,
  at: number,
): DecisionChange[] {
  const held = own.heldFor(one.owner);
  const keys = own.heldKeys(one.owner);
  const otherGrants = grantsBeside(other, one.connections, keys);
  const except = held.map(({ product }) => product);
  const same = otherGrants.find(({ key }) => key === one.key);
  // What both policies hold causes no difference.
  const heldThere = memoizeByObject((owner: Owner) =>
    other.heldFor(owner).filter(({ key }) => !keys.has(key)),
  );
  const requestSets: RequestSet[] = [
    ...(same !== undefined
      ? []
      : [{ product: one.product, except: [...sameNameFirst(one, otherGrants), ...except] }]),
    ...otherGrants
      // What the unchanged grant and a pin of another owner both match is held there for the owner of the unchanged grant too.
      .filter(
        (grant) => same === undefined || grant.owner === same.owner || !isPinBeside(grant, one.connections),
      )
      .filter(({ owner, product }) => heldThere(owner).length > 0 && productsIntersect(one.product, product))
      .flatMap(({ owner, product }) =>
        heldThere(owner).map((hold) => ({
          product: intersectProducts(intersectProducts(one.product, product), hold.product),
          except,
        })),
      ),
  ];
  const gateway = namedGateway(one);
  const gateways = kind === 'added' ? { old: null, new: gateway } : { old: gateway, new: null };
  return requestSets.flatMap((requestSet) => toChange(kind, one, gateways, requestSet, policy, at));
}

/** The other grants, that of the same name first: usually it covers the grant alone, and no other has to be compared. */
function sameNameFirst({ owner, grant }: GrantRequests, others: readonly GrantRequests[]): FieldProduct[] {
  const hasSameName = (one: GrantRequests): boolean =>
    one.owner.name === owner.name && one.grant.name === grant.name;
  return [...others.filter(hasSameName), ...others.filter((one) => !hasSameName(one))].map(
    ({ product }) => product,
  );
}

function movedRequests(
  one: GrantRequests,
  before: AcceptedRequests,
  after: AcceptedRequests,
  policy: Policy,
  at: number,
): DecisionChange[] {
  const held = after.heldFor(one.owner);
  return before
    .grantsOn(one.connections)
    .filter(
      ({ grant, product }) => grant.gateway !== one.grant.gateway && productsIntersect(one.product, product),
    )
    .flatMap((otherGrants) => {
      const gateways = { old: namedGateway(otherGrants), new: namedGateway(one) };
      const except = [...held, ...before.heldFor(otherGrants.owner)].map(({ product }) => product);
      return toChange(
        'moved',
        one,
        gateways,
        { product: intersectProducts(one.product, otherGrants.product), except },
        policy,
        at,
      );
    });
}

function toChange(
  kind: DecisionChange['kind'],
  { owner, grant }: GrantRequests,
  gateways: DecisionChange['gateways'],
  requestSet: RequestSet,
  policy: Policy,
  at: number,
): DecisionChange[] {
  const example = findMember(requestSet, typicalPoint(policy, at));
  if (example === null) return [];
  return [
    {
      kind,
      owner: owner.name,
      grant: grant.name,
      gateways,
      requestSet: simplifyRequestSet(requestSet),
      example,
    },
  ];
}

function namedGateway({ grant: { gateway, gatewayName } }: GrantRequests): NamedGateway {
  return { id: gateway, name: gatewayName };
}
