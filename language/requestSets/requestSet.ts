import type { Point } from '../algebra/setAlgebra.ts';
import { spendSteps } from '../stepLimit.ts';
import {
  addConstraint,
  constraintsCutting,
  excludeConstraint,
  type FieldProduct,
  findPointIn,
  isExhausted,
  productContains,
  productOf,
  productsIntersect,
} from './fieldProduct.ts';
import { typicalPoint } from './policyRequests.ts';

/** A product without some others. The difference may have no short description, as the names that match no glob. */
export interface RequestSet {
  readonly product: FieldProduct;
  readonly except: readonly FieldProduct[];
}

/** Products of which those that may contain a point are found without a search of all of them. */
export interface ProductIndex {
  all(): readonly FieldProduct[];
  mayContain(point: Point): readonly FieldProduct[];
}

/** A point of the set; `null` when it is empty. Exact, not by sampling. */
export function findMember(set: RequestSet, usual: Point): Point | null {
  const { product, except } = set;
  const point = findPointIn(product, usual);
  // Usually the most usual point of the product is in no exception, and the exceptions need not be cut out.
  if (point === null || !isExcepted(set, point)) return point;
  const part = remainderOf(product, except);
  return part === null ? null : findPointIn(part, usual);
}

/** Whether a point is in the set. */
export function requestSetContains({ product, except }: RequestSet, point: Point): boolean {
  return productContains(product, point) && !isExcepted({ product, except }, point);
}

function isExcepted({ except }: RequestSet, point: Point): boolean {
  spendSteps(except.length);
  return except.some((one) => productContains(one, point));
}

/** How often exceptions that contain a found point are cut out before all of them are. */
const MOST_ROUNDS = 8;

/**
 * Whether no request is in the set. Exact.
 * @param more further exceptions, such as the pins of thousands of customers of a carrier: only those that contain a point found without
 * them are cut out, which usually are few
 */
export function isEmptyRequestSet(set: RequestSet, ...more: readonly ProductIndex[]): boolean {
  let { except } = set;
  for (let round = 0; ; round += 1) {
    const point = findMember({ ...set, except }, USUAL);
    if (point === null) return true;
    const containing = more
      .flatMap((index) => index.mayContain(point))
      .filter((one) => isExcepted({ ...set, except: [one] }, point));
    if (containing.length === 0) return false;
    except = [...except, ...(round < MOST_ROUNDS ? containing : more.flatMap((index) => index.all()))];
  }
}

const USUAL = typicalPoint({ recipient: { provider: 'aws', account: '000000000000' } }, 0);

/** The same set without exceptions that exclude nothing, and with those that are a single constraint made part of the product. */
export function simplifyRequestSet({ product, except }: RequestSet): RequestSet {
  const simplified: FieldProduct[] = [];
  let rest = product;
  for (const one of except) {
    if (!productsIntersect(rest, one)) continue;
    const cutting = constraintsCutting(rest, one);
    const [constraint, ...others] = cutting;
    if (constraint !== undefined && others.length === 0) {
      const cut = excludeConstraint(rest, constraint);
      const { dimension, set } = cut.get(constraint.dimension.name) ?? constraint;
      // That at least one session has another value is easier to read as an exception.
      if (dimension.source?.name !== 'peers' && dimension.describe(set) !== null) {
        rest = cut;
        continue;
      }
    }
    simplified.push(productOf(cutting));
  }
  return { product: rest, except: simplified.filter((one) => productsIntersect(rest, one)) };
}

/** A part of a product that is not empty, of points that are in no exception; `null` when there are none. Exceptions with a single cutting constraint come first, because they leave one part. */
function remainderOf(product: FieldProduct, except: readonly FieldProduct[]): FieldProduct | null {
  let part = product;
  const others: FieldProduct[] = [];
  for (const one of except) {
    if (!productsIntersect(part, one)) continue;
    const [constraint, ...more] = constraintsCutting(part, one);
    if (constraint === undefined) return null;
    if (more.length > 0) {
      others.push(productOf([constraint, ...more]));
      continue;
    }
    part = excludeConstraint(part, constraint);
    if (isExhausted(part, constraint)) return null;
  }
  const [first, ...rest] = others;
  if (first === undefined) return part;
  // In a smaller part, more exceptions may have a single cutting constraint.
  return part === product ? remainderBeside(part, first, rest) : remainderOf(part, others);
}

/** The part outside one exception, as disjoint pieces: for each constraint, the points that miss it and meet those before it. */
function remainderBeside(
  product: FieldProduct,
  first: FieldProduct,
  others: readonly FieldProduct[],
): FieldProduct | null {
  let inside = product;
  for (const constraint of first.values()) {
    const outside = excludeConstraint(inside, constraint);
    const found = isExhausted(outside, constraint) ? null : remainderOf(outside, others);
    if (found !== null) return found;
    inside = addConstraint(inside, constraint);
  }
  return null;
}
