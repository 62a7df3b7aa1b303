import type { Point } from '../algebra/setAlgebra.ts';
import {
  type Box,
  beyond,
  boxOf,
  crossing,
  has,
  isEmpty,
  isUsedUp,
  meet,
  pointIn,
  within,
} from './fieldProduct.ts';

/** A box except boxes: what is left out may have no shape of its own, as the names that no glob fits. */
export interface Region {
  readonly box: Box;
  readonly except: readonly Box[];
}

/** One of its points; `null` when it has none. Exact: no sampling. */
export function pointOf({ box, except }: Region, usual: Point): Point | null {
  const left = remainder(box, except);
  return left === null ? null : pointIn(left, usual);
}

export function hasPoint({ box, except }: Region, point: Point): boolean {
  return has(box, point) && !except.some((one) => has(one, point));
}

export function isNothing({ box, except }: Region): boolean {
  return remainder(box, except) === null;
}

/** The same, without exceptions that take nothing away, and with those taken into the box that are a side of it. */
export function plain({ box, except }: Region): Region {
  const told: Box[] = [];
  let kept = box;
  for (const one of except) {
    if (!meet(kept, one)) continue;
    const cuts = crossing(kept, one);
    const [side, ...others] = cuts;
    if (side !== undefined && others.length === 0) {
      const cut = beyond(kept, side);
      const { axis, set } = cut.get(side.axis.name) ?? side;
      if (axis.words(set) !== null) {
        kept = cut;
        continue;
      }
    }
    told.push(boxOf(cuts));
  }
  return { box: kept, except: told.filter((one) => meet(kept, one)) };
}

/** A box of points that no exception has; `null` when there is none. The parts that are compared do not overlap. */
function remainder(box: Box, except: readonly Box[]): Box | null {
  return isEmpty(box) ? null : left(box, except);
}

/** The same of a box that is not empty. Exceptions that cut on one axis alone are taken first, since they leave one part. */
function left(box: Box, except: readonly Box[]): Box | null {
  let part = box;
  const others: Box[] = [];
  for (const one of except) {
    if (!meet(part, one)) continue;
    const [side, ...more] = crossing(part, one);
    if (side === undefined) return null;
    if (more.length > 0) {
      others.push(boxOf([side, ...more]));
      continue;
    }
    part = beyond(part, side);
    if (isUsedUp(part, side)) return null;
  }
  const [first, ...rest] = others;
  if (first === undefined) return part;
  // Of a part that is smaller, more exceptions cut on one axis alone.
  return part === box ? beside(part, first, rest) : left(part, others);
}

/** What is left beside one exception: on each of its sides in turn what is beyond it, and not beyond those before. */
function beside(box: Box, first: Box, others: readonly Box[]): Box | null {
  let inside = box;
  for (const side of first.values()) {
    const outside = beyond(inside, side);
    const found = isUsedUp(outside, side) ? null : left(outside, others);
    if (found !== null) return found;
    inside = within(inside, side);
  }
  return null;
}
