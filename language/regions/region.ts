import type { Point } from '../algebra/axis.ts';
import { type Box, beyond, has, isEmpty, isOn, meet, pointIn, within } from './box.ts';

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
    const crossing = [...one.values()].filter((side) => !isOn(kept, side));
    const [side, ...others] = crossing;
    if (side !== undefined && others.length === 0) {
      const cut = beyond(kept, side);
      const { axis, set } = cut.get(side.axis.name) ?? side;
      if (axis.words(set) !== null) {
        kept = cut;
        continue;
      }
    }
    told.push(new Map(crossing.map((each) => [each.axis.name, each])));
  }
  return { box: kept, except: told.filter((one) => meet(kept, one)) };
}

/** A box of points that no exception has; `null` when there is none. The parts that are looked at do not overlap. */
function remainder(box: Box, except: readonly Box[]): Box | null {
  if (isEmpty(box)) return null;
  const [first, ...others] = except;
  if (first === undefined) return box;
  if (!meet(box, first)) return remainder(box, others);
  let inside = box;
  for (const side of first.values()) {
    const found = remainder(beyond(inside, side), others);
    if (found !== null) return found;
    inside = within(inside, side);
  }
  return null;
}
