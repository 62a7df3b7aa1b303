import type { VirtualInterface } from '../../core/model.ts';
import type { Algebra } from './setAlgebra.ts';

/** A request at a time: a point of the space that policies divide. */
export interface Point {
  readonly request: VirtualInterface;
  /** milliseconds since 1970 */
  readonly at: number;
}

/** One thing by which requests differ. */
export interface Axis<Set = unknown, Value = unknown> extends Algebra<Set, Value> {
  /** stable, and for people */
  readonly name: string;
  /** what is left out with it, as all that is known of sessions is where none is listed; `null`: it stands alone */
  readonly source: Source<Set> | null;
  /** the value of a point */
  get(point: Point): Value;
  /** the same point with this value */
  put(point: Point, value: Value): Point;
}

export interface Source<Set = unknown> {
  readonly name: 'peers' | 'tags';
  /** all values but that of being left out */
  readonly given: Set;
}

/** Some of an axis. */
export interface Side<Set = unknown> {
  readonly axis: Axis<Set>;
  readonly set: Set;
}

export function side<Set, Value>(axis: Axis<Set, Value>, set: Set): Side {
  return { axis, set };
}

/** A change of the request alone. */
export function putting<Value>(
  change: (request: VirtualInterface, value: Value) => Partial<VirtualInterface>,
): (point: Point, value: Value) => Point {
  return ({ request, at }, value) => ({ request: { ...request, ...change(request, value) }, at });
}
