import {
  type FieldConstraint,
  isEmpty as isEmptySet,
  isSubset,
  type Point,
  subtract,
} from '../algebra/setAlgebra.ts';

/** Points that lie on every one of its sides; an axis without a side is free. */
export type FieldProduct = ReadonlyMap<string, FieldConstraint>;

export function productOf(sides: readonly FieldConstraint[]): FieldProduct {
  return sides.reduce<FieldProduct>(addConstraint, new Map());
}

export function intersectProducts(a: FieldProduct, b: FieldProduct): FieldProduct {
  return [...b.values()].reduce(addConstraint, a);
}

/** The part of it that is on one more side. */
export function addConstraint(box: FieldProduct, { dimension, set }: FieldConstraint): FieldProduct {
  const before = box.get(dimension.name);
  return new Map(box).set(dimension.name, {
    dimension,
    set: before === undefined ? set : dimension.intersect(before.set, set),
  });
}

/** The part of it that is not on that side. */
export function excludeConstraint(
  box: FieldProduct,
  { dimension: axis, set }: FieldConstraint,
): FieldProduct {
  return addConstraint(box, { dimension: axis, set: axis.complement(set) });
}

export function productContains(box: FieldProduct, point: Point): boolean {
  return [...box.values()].every(({ dimension: axis, set }) => axis.contains(set, axis.get(point)));
}

/** Whether they have a point in common; told as a rule by one axis, without a look at the others. */
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

/** Whether all of it lies on that side. */
export function satisfiesConstraint(box: FieldProduct, { dimension: axis, set }: FieldConstraint): boolean {
  return isSubset(axis, box.get(axis.name)?.set ?? axis.all, set);
}

/** Sides of another box that cut it: where there is none, all of it lies in that one. */
export function constraintsCutting(box: FieldProduct, other: FieldProduct): FieldConstraint[] {
  return [...other.values()].filter((side) => !satisfiesConstraint(box, side));
}

/** Whether nothing is left of a box that was not empty, after it was cut on one axis. */
export function isExhausted(box: FieldProduct, { dimension: axis }: FieldConstraint): boolean {
  const group = groupOf({ dimension: axis });
  return choice([...box.values()].filter((side) => groupOf(side) === group)) === null;
}

/** One of its points, which is `usual` where it is free; `null` when it has none. */
export function findPointIn(box: FieldProduct, usual: Point): Point | null {
  const chosen = choices(box);
  if (chosen === null) return null;
  return chosen.reduce<Point | null>((point, { dimension: axis, set }) => {
    if (point === null || axis.contains(set, axis.get(point))) return point;
    const member = axis.pickMember(set);
    return member === null ? null : axis.put(point, member.value);
  }, usual);
}

/** Its sides, with what is left out together left out of all or none; `null` when some axis has nothing left. */
function choices(box: FieldProduct): readonly FieldConstraint[] | null {
  const sides = [...box.values()];
  const chosen = [...Map.groupBy(sides, groupOf).values()].map(choice);
  return chosen.includes(null) ? null : chosen.flatMap((found) => found ?? []);
}

/** Axes of one group are left out together. */
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
