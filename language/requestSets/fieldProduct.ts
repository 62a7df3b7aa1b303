import {
  type FieldConstraint,
  isEmpty as isEmptySet,
  isSubset,
  type Point,
  subtract,
} from '../algebra/setAlgebra.ts';

/** The points that meet every one of these constraints, by dimension; a dimension without one is free. */
export type FieldProduct = ReadonlyMap<string, FieldConstraint>;

/** A set of requests, with a key for fast comparison: equal keys mean equal sets. */
export interface KeyedProduct {
  readonly key: string;
  readonly product: FieldProduct;
}

/** The product of some constraints. */
export function productOf(constraints: readonly FieldConstraint[]): FieldProduct {
  return constraints.reduce<FieldProduct>(addConstraint, new Map());
}

/** The points that are in both products. */
export function intersectProducts(a: FieldProduct, b: FieldProduct): FieldProduct {
  return [...b.values()].reduce(addConstraint, a);
}

/** The part of a product that meets one more constraint. */
export function addConstraint(product: FieldProduct, { dimension, set }: FieldConstraint): FieldProduct {
  const before = product.get(dimension.name);
  return new Map(product).set(dimension.name, {
    dimension,
    set: before === undefined ? set : dimension.intersect(before.set, set),
  });
}

/** The part of a product that does not meet a constraint. */
export function excludeConstraint(product: FieldProduct, { dimension, set }: FieldConstraint): FieldProduct {
  return addConstraint(product, { dimension, set: dimension.complement(set) });
}

/** Whether a point meets all constraints. */
export function productContains(product: FieldProduct, point: Point): boolean {
  return [...product.values()].every(({ dimension, set }) => dimension.contains(set, dimension.get(point)));
}

/** Whether two products have a point in common. Usually one dimension is enough to exclude it. */
export function productsIntersect(a: FieldProduct, b: FieldProduct): boolean {
  for (const { dimension, set } of b.values()) {
    const other = a.get(dimension.name);
    if (other !== undefined && isEmptySet(dimension, dimension.intersect(other.set, set))) return false;
  }
  return !isEmptyProduct(intersectProducts(a, b));
}

/** Whether no point meets all constraints. */
export function isEmptyProduct(product: FieldProduct): boolean {
  return chooseAll(product) === null;
}

/** Whether all points of a product meet a constraint. */
export function satisfiesConstraint(product: FieldProduct, { dimension, set }: FieldConstraint): boolean {
  return isSubset(dimension, product.get(dimension.name)?.set ?? dimension.all, set);
}

/** The constraints of another product that some points do not meet. If there are none, the product is within the other. */
export function constraintsCutting(product: FieldProduct, other: FieldProduct): FieldConstraint[] {
  return [...other.values()].filter((constraint) => !satisfiesConstraint(product, constraint));
}

/** Whether a product that was not empty is empty after a constraint on one dimension was added. */
export function isExhausted(product: FieldProduct, { dimension }: FieldConstraint): boolean {
  const group = groupOf({ dimension });
  return chooseGroup([...product.values()].filter((constraint) => groupOf(constraint) === group)) === null;
}

/** A point of a product that equals `usual` in free dimensions; `null` when the product is empty. */
export function findPointIn(product: FieldProduct, usual: Point): Point | null {
  const chosen = chooseAll(product);
  if (chosen === null) return null;
  return chosen.reduce<Point | null>((point, { dimension, set }) => {
    if (point === null || dimension.contains(set, dimension.get(point))) return point;
    const member = dimension.pickMember(set);
    return member === null ? null : dimension.put(point, member.value);
  }, usual);
}

/** The constraints, such that the values of each group are all given or all absent; `null` when a dimension has no value left. */
function chooseAll(product: FieldProduct): readonly FieldConstraint[] | null {
  const constraints = [...product.values()];
  const chosen = [...Map.groupBy(constraints, groupOf).values()].map(chooseGroup);
  return chosen.includes(null) ? null : chosen.flatMap((found) => found ?? []);
}

/** The name of the group of dimensions whose values are absent together. */
function groupOf({ dimension }: Pick<FieldConstraint, 'dimension'>): string {
  return dimension.source?.name ?? dimension.name;
}

function chooseGroup(constraints: readonly FieldConstraint[]): readonly FieldConstraint[] | null {
  const ways = [constraints.map(whenGiven), constraints.map(whenAbsent)];
  return ways.find((way) => way.every(({ dimension, set }) => !isEmptySet(dimension, set))) ?? null;
}

function whenGiven({ dimension, set }: FieldConstraint): FieldConstraint {
  return {
    dimension,
    set: dimension.source === null ? set : dimension.intersect(set, dimension.source.given),
  };
}

function whenAbsent({ dimension, set }: FieldConstraint): FieldConstraint {
  return {
    dimension,
    set: dimension.source === null ? set : subtract(dimension, set, dimension.source.given),
  };
}
