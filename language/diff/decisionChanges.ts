import { type Policy, recipientKey } from '../../core/policy.ts';
import type { Point } from '../algebra/setAlgebra.ts';
import {
  type AcceptedRequests,
  acceptedRequests,
  type GrantRequests,
} from '../requestSets/acceptedRequests.ts';
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
    ...after.grants.flatMap((one) => onlyIn('added', one, after, isSame ? before : NOTHING, now, at)),
    ...before.grants.flatMap((one) => onlyIn('removed', one, before, isSame ? after : NOTHING, old, at)),
    ...(isSame ? after.grants.flatMap((one) => moved(one, before, after, now, at)) : []),
  ];
}

const NOTHING: AcceptedRequests = { grants: [], grantsOn: () => [], heldOn: () => [] };

/** The requests that one policy accepts by a grant and the other does not: none of its grants matches them, or something holds them. */
function onlyIn(
  kind: 'added' | 'removed',
  one: GrantRequests,
  own: AcceptedRequests,
  other: AcceptedRequests,
  policy: Policy,
  at: number,
): DecisionChange[] {
  const { connections } = one.owner;
  const held = own.heldOn(connections);
  const theirs = other.grantsOn(connections);
  // Holds that both policies have cause no difference.
  const heldThere = other.heldOn(connections).filter(({ key }) => held.every((hold) => hold.key !== key));
  const except = held.map(({ product }) => product);
  const isThere = theirs.some(({ key }) => key === one.key);
  const regions: RequestSet[] = [
    ...(isThere ? [] : [{ product: one.product, except: [...namesakeFirst(one, theirs), ...except] }]),
    ...(heldThere.length === 0
      ? []
      : theirs.filter(({ product: box }) => productsIntersect(one.product, box))
    ).flatMap(({ product: box }) =>
      heldThere.map((hold) => ({
        product: intersectProducts(intersectProducts(one.product, box), hold.product),
        except,
      })),
    ),
  ];
  const gateway = gatewayOf(one);
  const gateways = kind === 'added' ? { old: null, new: gateway } : { old: gateway, new: null };
  return regions.flatMap((region) => change(kind, one, gateways, region, policy, at));
}

/** The other grants, that of the same name first: usually it covers the grant alone, and no other has to be compared. */
function namesakeFirst({ owner, grant }: GrantRequests, others: readonly GrantRequests[]): FieldProduct[] {
  const isNamesake = (one: GrantRequests): boolean =>
    one.owner.name === owner.name && one.grant.name === grant.name;
  return [...others.filter(isNamesake), ...others.filter((one) => !isNamesake(one))].map(
    ({ product: box }) => box,
  );
}

function moved(
  one: GrantRequests,
  before: AcceptedRequests,
  after: AcceptedRequests,
  policy: Policy,
  at: number,
): DecisionChange[] {
  const { connections } = one.owner;
  const except = [...after.heldOn(connections), ...before.heldOn(connections)].map(({ product: box }) => box);
  return before
    .grantsOn(connections)
    .filter(
      ({ grant, product: box }) => grant.gateway !== one.grant.gateway && productsIntersect(one.product, box),
    )
    .flatMap((theirs) => {
      const gateways = { old: gatewayOf(theirs), new: gatewayOf(one) };
      return change(
        'moved',
        one,
        gateways,
        { product: intersectProducts(one.product, theirs.product), except },
        policy,
        at,
      );
    });
}

function change(
  kind: DecisionChange['kind'],
  { owner, grant }: GrantRequests,
  gateways: DecisionChange['gateways'],
  region: RequestSet,
  policy: Policy,
  at: number,
): DecisionChange[] {
  const example = findMember(region, typicalPoint(policy, at));
  if (example === null) return [];
  return [
    { kind, owner: owner.name, grant: grant.name, gateways, requestSet: simplifyRequestSet(region), example },
  ];
}

function gatewayOf({ grant: { gateway, gatewayName } }: GrantRequests): NamedGateway {
  return { id: gateway, name: gatewayName };
}
