import {
  type FieldConstraint,
  isEmpty as isEmptySet,
  isSubset,
  type Point,
  subtract,
} from '../algebra/setAlgebra.ts';

/** The points that meet every one of these constraints, by dimension; a dimension without one is free. */
export type FieldProduct = ReadonlyMap<string, FieldConstraint>;

export function productOf(sides: readonly FieldConstraint[]): FieldProduct {
  return sides.reduce<FieldProduct>(addConstraint, new Map());
}

export function intersectProducts(a: FieldProduct, b: FieldProduct): FieldProduct {
  return [...b.values()].reduce(addConstraint, a);
}

/** The part of a product that meets one more constraint. */
export function addConstraint(box: FieldProduct, { dimension, set }: FieldConstraint): FieldProduct {
  const before = box.get(dimension.name);
  return new Map(box).set(dimension.name, {
    dimension,
    set: before === undefined ? set : dimension.intersect(before.set, set),
  });
}

/** The part of a product that does not meet a constraint. */
export function excludeConstraint(
  box: FieldProduct,
  { dimension: axis, set }: FieldConstraint,
): FieldProduct {
  return addConstraint(box, { dimension: axis, set: axis.complement(set) });
}

export function productContains(box: FieldProduct, point: Point): boolean {
  return [...box.values()].every(({ dimension: axis, set }) => axis.contains(set, axis.get(point)));
}

/** Whether two products have a point in common. Usually one dimension is enough to exclude it. */
export function productsIntersect(a: FieldProduct, b: FieldProduct): boolean {
  for (const { dimension: axis, set } of b.values()) {
    const other = a.get(axis.name);
    if (other !== undefined && isEmptySet(axis, axis.intersect(other.set, set))) return false;
  }
  return !isEmptyProduct(intersectProducts(a, b));
}

export function isEmptyProduct(box: FieldProduct): boolean {
  return choices(box) === null;
}

/** Whether all points of a product meet a constraint. */
export function satisfiesConstraint(box: FieldProduct, { dimension: axis, set }: FieldConstraint): boolean {
  return isSubset(axis, box.get(axis.name)?.set ?? axis.all, set);
}

/** The constraints of another product that some points do not meet. If there are none, the product is within the other. */
export function constraintsCutting(box: FieldProduct, other: FieldProduct): FieldConstraint[] {
  return [...other.values()].filter((side) => !satisfiesConstraint(box, side));
}

/** Whether a product that was not empty is empty after a constraint on one dimension was added. */
export function isExhausted(box: FieldProduct, { dimension: axis }: FieldConstraint): boolean {
  const group = groupOf({ dimension: axis });
  return choice([...box.values()].filter((side) => groupOf(side) === group)) === null;
}

/** A point of a product that equals `usual` in free dimensions; `null` when the product is empty. */
export function findPointIn(box: FieldProduct, usual: Point): Point | null {
  const chosen = choices(box);
  if (chosen === null) return null;
  return chosen.reduce<Point | null>((point, { dimension: axis, set }) => {
    if (point === null || axis.contains(set, axis.get(point))) return point;
    const member = axis.pickMember(set);
    return member === null ? null : axis.put(point, member.value);
  }, usual);
}

/** The constraints, such that the values of each group are all given or all absent; `null` when a dimension has no value left. */
function choices(box: FieldProduct): readonly FieldConstraint[] | null {
  const sides = [...box.values()];
  const chosen = [...Map.groupBy(sides, groupOf).values()].map(choice);
  return chosen.includes(null) ? null : chosen.flatMap((found) => found ?? []);
}

/** The name of the group of dimensions whose values are absent together. */
function groupOf({ dimension: axis }: Pick<FieldConstraint, 'dimension'>): string {
  return axis.source?.name ?? axis.name;
}

function choice(sides: readonly FieldConstraint[]): readonly FieldConstraint[] | null {
  const ways = [sides.map(asGiven), sides.map(asAbsent)];
  return ways.find((way) => way.every(({ dimension: axis, set }) => !isEmptySet(axis, set))) ?? null;
}

function asGiven({ dimension: axis, set }: FieldConstraint): FieldConstraint {
  return { dimension: axis, set: axis.source === null ? set : axis.intersect(set, axis.source.given) };
}

function asAbsent({ dimension: axis, set }: FieldConstraint): FieldConstraint {
  return { dimension: axis, set: axis.source === null ? set : subtract(axis, set, axis.source.given) };
}
