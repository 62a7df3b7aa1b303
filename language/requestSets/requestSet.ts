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

/** A box except boxes: what is left out may have no shape of its own, as the names that no glob fits. */
export interface RequestSet {
  readonly product: FieldProduct;
  readonly except: readonly FieldProduct[];
}

/** One of its points; `null` when it has none. Exact: no sampling. */
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

/** The same, without exceptions that take nothing away, and with those taken into the box that are a side of it. */
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

/** A box of points that no exception has; `null` when there is none. The parts that are compared do not overlap. */
function remainder(box: FieldProduct, except: readonly FieldProduct[]): FieldProduct | null {
  return isEmptyProduct(box) ? null : left(box, except);
}

/** The same of a box that is not empty. Exceptions that cut on one axis alone are taken first, since they leave one part. */
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
  // Of a part that is smaller, more exceptions cut on one axis alone.
  return part === box ? beside(part, first, rest) : left(part, others);
}

/** What is left beside one exception: on each of its sides in turn what is beyond it, and not beyond those before. */
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
