import type { Finding, Path } from './diagnostic.ts';
import { nodeAt, type SourceNode } from './yaml/sourceNode.ts';

/** A key of an earlier release, which is still accepted with a warning that names its new name. */
export interface RenamedKey {
  /** path of the map that contains the key */
  readonly parent: Path;
  readonly from: string;
  readonly to: string;
}

/** A tree with new names for renamed keys. The findings have the old names, and so paths of the original tree. */
export interface ConvertedTree {
  readonly root: SourceNode;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** Converts renamed keys to their new names. A map with both names is an error, and the old one is left out. */
export function convertRenamedKeys(root: SourceNode, renamed: readonly RenamedKey[]): ConvertedTree {
  let converted = root;
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  for (const key of renamed) {
    const map = nodeAt(converted, key.parent);
    if (map?.kind !== 'map' || !map.children.has(key.from)) continue;
    const isDuplicate = map.children.has(key.to);
    if (isDuplicate) errors.push(describeDuplicate(key));
    else warnings.push(describeRename(key));
    const entries = [...map.children].filter(([name]) => name !== key.from || !isDuplicate);
    const children = new Map(entries.map(([name, node]) => [name === key.from ? key.to : name, node]));
    converted = replaceNode(converted, key.parent, { ...map, children });
  }
  return { root: converted, errors, warnings };
}

function describeRename({ parent, from, to }: RenamedKey): Finding {
  return {
    path: [...parent, from],
    at: 'key',
    code: 'renamed-key',
    message: `key \`${from}\` was renamed to \`${to}\``,
    fix: `write \`${to}\``,
  };
}

function describeDuplicate({ parent, from, to }: RenamedKey): Finding {
  return {
    path: [...parent, from],
    at: 'key',
    code: 'duplicate-key',
    message: `key \`${from}\` is the former name of \`${to}\`, which is written too`,
    fix: `remove \`${from}\``,
  };
}

/** The tree with another node at a path of maps. */
function replaceNode(root: SourceNode, path: Path, node: SourceNode): SourceNode {
  const [key, ...below] = path;
  if (key === undefined) return node;
  if (root.kind !== 'map' || typeof key !== 'string') return root;
  const child = root.children.get(key);
  if (child === undefined) return root;
  return { ...root, children: new Map(root.children).set(key, replaceNode(child, below, node)) };
}
