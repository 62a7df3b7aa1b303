import type { Path, Problem } from '../diagnostic.ts';

/** A complaint about one place in the text. */
export interface ProblemAtOffset extends Problem {
  /** UTF-16 units from the beginning */
  readonly offset: number;
}

/** What stands somewhere in the file, and where. Offsets are UTF-16 units from the beginning. */
export type SourceNode = Span &
  (
    | {
        readonly kind: 'map';
        readonly children: ReadonlyMap<string, SourceNode>;
        /** whether it had keys that no place can have: faults of their own say so */
        readonly isPartial: boolean;
      }
    | { readonly kind: 'list'; readonly children: readonly SourceNode[] }
    | { readonly kind: 'scalar'; readonly value: ScalarValue; readonly source: string }
    /** a fault of its own says why */
    | { readonly kind: 'unreadable' }
  );

/** `NaN`: a number that is not written in plain digits, or has too many to be kept. */
export type ScalarValue = string | number | boolean | null;

export interface Span {
  /** of its key; `null` for list items and the top */
  readonly key: number | null;
  readonly start: number;
  readonly end: number;
}

/** `null` when nothing stands there. */
export function nodeAt(root: SourceNode, path: Path): SourceNode | null {
  let place: SourceNode | undefined = root;
  for (const step of path) {
    if (place?.kind === 'map' && typeof step === 'string') place = place.children.get(step);
    else if (place?.kind === 'list' && typeof step === 'number') place = place.children[step];
    else return null;
  }
  return place ?? null;
}

/** The plain data; `undefined` in place of everything unreadable or in `without`, so that keys and indices stay. */
export function toPlainData(place: SourceNode, without: ReadonlySet<SourceNode>): unknown {
  if (without.has(place)) return undefined;
  switch (place.kind) {
    case 'map':
      return Object.fromEntries(
        [...place.children].map(([key, child]) => [key, toPlainData(child, without)]),
      );
    case 'list':
      return place.children.map((child) => toPlainData(child, without));
    case 'scalar':
      return place.value;
    case 'unreadable':
      return undefined;
    default:
      return place satisfies never;
  }
}

export function appendNode(places: Map<string, SourceNode[]>, key: string, place: SourceNode): void {
  const others = places.get(key);
  if (others === undefined) places.set(key, [place]);
  else others.push(place);
}

/** A key that stands several times is judged as if its maps were one, so that none hides the faults of another. */
export function mergeDuplicateKeys(
  written: ReadonlyMap<string, readonly SourceNode[]>,
): Map<string, SourceNode> {
  const children = new Map<string, SourceNode>();
  for (const [name, [first, ...others]] of written) {
    if (first === undefined) continue;
    if (first.kind !== 'map' || others.length === 0) {
      children.set(name, first);
      continue;
    }
    const inner = new Map<string, SourceNode[]>();
    for (const place of [first, ...others]) {
      if (place.kind === 'map') for (const [key, child] of place.children) appendNode(inner, key, child);
    }
    children.set(name, { ...first, children: mergeDuplicateKeys(inner) });
  }
  return children;
}
