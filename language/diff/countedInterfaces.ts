import type { Grant, Owner, Policy } from '../../core/policy.ts';
import { connectionsOf } from '../../core/policy.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import { keyOfPin, type PinsOfOthers, pinsOfOthers, sharedPinsOf } from '../requestSets/attributedPins.ts';
import {
  type FieldProduct,
  intersectProducts,
  type KeyedProduct,
  productOf,
  satisfiesConstraint,
} from '../requestSets/fieldProduct.ts';
import { countedTypes, interfacesOfPin, matchConstraints } from '../requestSets/policyRequests.ts';
import { isEmptyRequestSet } from '../requestSets/requestSet.ts';

/**
 * The live interfaces that a limit counts without a record in the ledger, as in core/limits.ts: those with certain fields, except those on
 * shared connections that are attributed to another owner only.
 */
export interface CountedInterfaces {
  /** those that do not definitely fail to match */
  readonly fields: FieldProduct;
  /** on shared connections: those that a pin of the owner may match; they count */
  readonly own: readonly KeyedProduct[];
  /** on shared connections: those that a pin of another owner certainly matches; they do not count unless they are in `own` */
  readonly others: PinsOfOthers;
}

/** @param grant `null` for the limit of the owner */
export function countedBy(policy: Policy, owner: Owner, grant: Grant | null): CountedInterfaces {
  return {
    fields: productOf([
      ...LANGUAGE_FIELDS.connection.countsTowardsLimit(connectionsOf(owner)),
      ...(grant === null
        ? []
        : [...matchConstraints(grant.match, 'countsTowardsLimit'), ...countedTypes(grant)]),
    ]),
    own: sharedPinsOf(owner).map((pin) => ({
      key: keyOfPin(owner, pin),
      product: interfacesOfPin(owner, pin, 'countsTowardsLimit'),
    })),
    others: pinsOfOthers(policy, owner),
  };
}

/** Whether everything that is counted by its fields is so by `outer` too. */
export function countsFieldsOf(outer: CountedInterfaces, inner: CountedInterfaces): boolean {
  return [...outer.fields.values()].every((constraint) => satisfiesConstraint(inner.fields, constraint));
}

/**
 * Whether everything that `inner` counts is counted by `outer` too. Where no key of a pin is the same, the sets are compared: an interface
 * that `outer` attributes to another owner must not be one that `inner` counts.
 */
export function countsAllOf(outer: CountedInterfaces, inner: CountedInterfaces): boolean {
  if (!countsFieldsOf(outer, inner)) return false;
  const outerOwn = productsOf(outer.own);
  const keys = new Set(outer.own.map(({ key }) => key));
  const lost = inner.own.filter(({ key }) => !keys.has(key));
  const isCounted = ({ key, product }: KeyedProduct): boolean => {
    const attributed = intersectProducts(inner.fields, product);
    const isUncounted =
      inner.others.get(key) !== undefined ||
      isEmptyRequestSet({ product: attributed, except: outerOwn }, inner.others);
    return (
      isUncounted &&
      lost.every((pin) =>
        isEmptyRequestSet({ product: intersectProducts(attributed, pin.product), except: outerOwn }),
      )
    );
  };
  // Usually nearly all pins are other owners' in both policies. If `inner` has lost none, only the rest can make a difference.
  const moved = inner.own.flatMap(({ key }) => outer.others.get(key) ?? []);
  const rest = [...moved, ...outer.others.notIn(inner.others)];
  return rest.every(isCounted) && (lost.length === 0 || outer.others.pins.every(isCounted));
}

function productsOf(all: readonly KeyedProduct[]): FieldProduct[] {
  return all.map(({ product }) => product);
}
