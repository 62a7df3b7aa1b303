import type { Path, Problem } from '../diagnostic.ts';

/** A problem at an offset of the text. */
export interface ProblemAtOffset extends Problem {
  /** UTF-16 units from the beginning */
  readonly offset: number;
}

/** A node of the file with its position. Offsets are UTF-16 units from the beginning. */
export type SourceNode = Span &
  (
    | {
        readonly kind: 'map';
        readonly children: ReadonlyMap<string, SourceNode>;
        /** whether it had keys that no map can have, which are reported by themselves */
        readonly isPartial: boolean;
      }
    | { readonly kind: 'list'; readonly children: readonly SourceNode[] }
    | { readonly kind: 'scalar'; readonly value: ScalarValue; readonly source: string }
    /** reported by an error of its own */
    | { readonly kind: 'unreadable' }
  );

/** The value of a scalar. `NaN` is a number that is not written in plain digits, or has too many digits to be exact. */
export type ScalarValue = string | number | boolean | null;

/** The position of a node. */
export interface Span {
  /** offset of its key; `null` for list items and the top */
  readonly key: number | null;
  readonly start: number;
  readonly end: number;
}

/** The node at a path; `null` when there is none. */
export function nodeAt(root: SourceNode, path: Path): SourceNode | null {
  let node: SourceNode | undefined = root;
  for (const step of path) {
    if (node?.kind === 'map' && typeof step === 'string') node = node.children.get(step);
    else if (node?.kind === 'list' && typeof step === 'number') node = node.children[step];
    else return null;
  }
  return node ?? null;
}

/** The plain data, with `undefined` for unreadable nodes and those in `without`, so that keys and indices stay. */
export function toPlainData(node: SourceNode, without: ReadonlySet<SourceNode>): unknown {
  if (without.has(node)) return undefined;
  switch (node.kind) {
    case 'map':
      return Object.fromEntries([...node.children].map(([key, child]) => [key, toPlainData(child, without)]));
    case 'list':
      return node.children.map((child) => toPlainData(child, without));
    case 'scalar':
      return node.value;
    case 'unreadable':
      return undefined;
    default:
      return node satisfies never;
  }
}

/** Adds a node under a key, which may have others. */
export function appendNode(nodes: Map<string, SourceNode[]>, key: string, node: SourceNode): void {
  const others = nodes.get(key);
  if (others === undefined) nodes.set(key, [node]);
  else others.push(node);
}

/** Merges the maps of a key that occurs several times, so that the errors in each are found. */
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
    for (const node of [first, ...others]) {
      if (node.kind === 'map') for (const [key, child] of node.children) appendNode(inner, key, child);
    }
    children.set(name, { ...first, children: mergeDuplicateKeys(inner) });
  }
  return children;
}
