import type { Point } from '../algebra/setAlgebra.ts';
import {
  addConstraint,
  constraintsCutting,
  excludeConstraint,
  type FieldProduct,
  findPointIn,
  isEmptyProduct,
  isExhausted,
  productContains,
  productOf,
  productsIntersect,
} from './fieldProduct.ts';

/** A product without some others. The difference may have no short description, as the names that match no glob. */
export interface RequestSet {
  readonly product: FieldProduct;
  readonly except: readonly FieldProduct[];
}

/** A point of the set; `null` when it is empty. Exact, not by sampling. */
export function findMember({ product, except }: RequestSet, usual: Point): Point | null {
  const left = remainder(product, except);
  return left === null ? null : findPointIn(left, usual);
}

export function requestSetContains({ product: box, except }: RequestSet, point: Point): boolean {
  return productContains(box, point) && !except.some((one) => productContains(one, point));
}

export function isEmptyRequestSet({ product: box, except }: RequestSet): boolean {
  return remainder(box, except) === null;
}

/** The same set without exceptions that exclude nothing, and with those that are a single constraint made part of the product. */
export function simplifyRequestSet({ product: box, except }: RequestSet): RequestSet {
  const told: FieldProduct[] = [];
  let kept = box;
  for (const one of except) {
    if (!productsIntersect(kept, one)) continue;
    const cuts = constraintsCutting(kept, one);
    const [side, ...others] = cuts;
    if (side !== undefined && others.length === 0) {
      const cut = excludeConstraint(kept, side);
      const { dimension, set } = cut.get(side.dimension.name) ?? side;
      if (dimension.describe(set) !== null) {
        kept = cut;
        continue;
      }
    }
    told.push(productOf(cuts));
  }
  return { product: kept, except: told.filter((one) => productsIntersect(kept, one)) };
}

/** A product of points that are in no exception; `null` when there are none. */
function remainder(box: FieldProduct, except: readonly FieldProduct[]): FieldProduct | null {
  return isEmptyProduct(box) ? null : left(box, except);
}

/** The same for a product that is not empty. Exceptions with a single cutting constraint come first, because they leave one part. */
function left(box: FieldProduct, except: readonly FieldProduct[]): FieldProduct | null {
  let part = box;
  const others: FieldProduct[] = [];
  for (const one of except) {
    if (!productsIntersect(part, one)) continue;
    const [side, ...more] = constraintsCutting(part, one);
    if (side === undefined) return null;
    if (more.length > 0) {
      others.push(productOf([side, ...more]));
      continue;
    }
    part = excludeConstraint(part, side);
    if (isExhausted(part, side)) return null;
  }
  const [first, ...rest] = others;
  if (first === undefined) return part;
  // In a smaller part, more exceptions may have a single cutting constraint.
  return part === box ? beside(part, first, rest) : left(part, others);
}

/** The part outside one exception, as disjoint pieces: for each constraint, the points that miss it and meet those before it. */
function beside(
  box: FieldProduct,
  first: FieldProduct,
  others: readonly FieldProduct[],
): FieldProduct | null {
  let inside = box;
  for (const side of first.values()) {
    const outside = excludeConstraint(inside, side);
    const found = isExhausted(outside, side) ? null : left(outside, others);
    if (found !== null) return found;
    inside = addConstraint(inside, side);
  }
  return null;
}
