import { isEmpty as isEmptySet, isWithin, minus, type Point, type Side } from '../algebra/setAlgebra.ts';

/** Points that lie on every one of its sides; an axis without a side is free. */
export type Box = ReadonlyMap<string, Side>;

export function boxOf(sides: readonly Side[]): Box {
  return sides.reduce<Box>(within, new Map());
}

export function both(a: Box, b: Box): Box {
  return [...b.values()].reduce(within, a);
}

/** The part of it that is on one more side. */
export function within(box: Box, { axis, set }: Side): Box {
  const before = box.get(axis.name);
  return new Map(box).set(axis.name, { axis, set: before === undefined ? set : axis.and(before.set, set) });
}

/** The part of it that is not on that side. */
export function beyond(box: Box, { axis, set }: Side): Box {
  return within(box, { axis, set: axis.not(set) });
}

export function has(box: Box, point: Point): boolean {
  return [...box.values()].every(({ axis, set }) => axis.has(set, axis.get(point)));
}

/** Whether they have a point in common; told as a rule by one axis, without a look at the others. */
export function meet(a: Box, b: Box): boolean {
  for (const { axis, set } of b.values()) {
    const other = a.get(axis.name);
    if (other !== undefined && isEmptySet(axis, axis.and(other.set, set))) return false;
  }
  return !isEmpty(both(a, b));
}

export function isEmpty(box: Box): boolean {
  return choices(box) === null;
}

/** Whether all of it lies on that side. */
export function isOn(box: Box, { axis, set }: Side): boolean {
  return isWithin(axis, box.get(axis.name)?.set ?? axis.all, set);
}

/** Sides of another box that cut it: where there is none, all of it lies in that one. */
export function crossing(box: Box, other: Box): Side[] {
  return [...other.values()].filter((side) => !isOn(box, side));
}

/** Whether nothing is left of a box that was not empty, after it was cut on one axis. */
export function isUsedUp(box: Box, { axis }: Side): boolean {
  const group = groupOf({ axis });
  return choice([...box.values()].filter((side) => groupOf(side) === group)) === null;
}

/** One of its points, which is `usual` where it is free; `null` when it has none. */
export function pointIn(box: Box, usual: Point): Point | null {
  const chosen = choices(box);
  if (chosen === null) return null;
  return chosen.reduce<Point | null>((point, { axis, set }) => {
    if (point === null || axis.has(set, axis.get(point))) return point;
    const member = axis.member(set);
    return member === null ? null : axis.put(point, member.value);
  }, usual);
}

/** Its sides, with what is left out together left out of all or none; `null` when some axis has nothing left. */
function choices(box: Box): readonly Side[] | null {
  const sides = [...box.values()];
  const chosen = [...Map.groupBy(sides, groupOf).values()].map(choice);
  return chosen.includes(null) ? null : chosen.flatMap((found) => found ?? []);
}

/** Axes of one group are left out together. */
function groupOf({ axis }: Pick<Side, 'axis'>): string {
  return axis.source?.name ?? axis.name;
}

function choice(sides: readonly Side[]): readonly Side[] | null {
  const ways = [sides.map(asGiven), sides.map(asAbsent)];
  return ways.find((way) => way.every(({ axis, set }) => !isEmptySet(axis, set))) ?? null;
}

function asGiven({ axis, set }: Side): Side {
  return { axis, set: axis.source === null ? set : axis.and(set, axis.source.given) };
}

function asAbsent({ axis, set }: Side): Side {
  return { axis, set: axis.source === null ? set : minus(axis, set, axis.source.given) };
}
