import type { Cidr } from '../../lambda/core/ip.ts';
import { formatCidr } from '../../lambda/core/ip.ts';
import type { Algebra } from './algebra.ts';

/**
 * Sets of subnets. A subnet halves into two longer ones, and so on: a tree, in which a block and all that lies in it is a
 * branch. A leaf says whether the subnet there and all below belong; elsewhere each is said by itself.
 */
export type Tree = boolean | Branch;

interface Branch {
  readonly self: boolean;
  readonly zero: Tree;
  readonly one: Tree;
}

/** By address family. */
export interface Blocks {
  readonly 4: Tree;
  readonly 6: Tree;
}

type Family = 4 | 6;

const BITS = { 4: 32, 6: 128 } as const;
/** Of the link between two routers: a member shows one, where it may. */
const USUAL = { 4: 30, 6: 126 } as const;

export const blocks: Algebra<Blocks, Cidr> = {
  all: { 4: true, 6: true },
  and: (a, b) => ({ 4: both(a[4], b[4]), 6: both(a[6], b[6]) }),
  not: (set) => ({ 4: negated(set[4]), 6: negated(set[6]) }),
  has: (set, { family, base, prefix }) => at(set[family], family, base, prefix, 0),
  member: (set) => {
    const usual = both(set[4], LINK_LOCAL);
    const found = find(usual, 4, 0n, 0) ?? find(set[4], 4, 0n, 0) ?? find(set[6], 6, 0n, 0);
    return found === null ? null : { value: found };
  },
  words: (set) => {
    const said = [wholes(set[4], 4, 0n, 0), wholes(set[6], 6, 0n, 0)];
    const plain = said.filter((found) => found !== null).flat();
    return said.includes(null) ? null : plain.map(formatCidr).join(' or ');
  },
};

/** Where both providers put the addresses of a session that nobody chose: a member is from there, where it may. */
const LINK_LOCAL = branchOf({ family: 4, base: 0xa9fe0000n, prefix: 16 }, false);

/** Subnets that lie in one of these. */
export function within(found: readonly Cidr[]): Blocks {
  return unionOf(found, false);
}

/** Subnets that lie in one of these, or that one of these lies in. */
export function overlapping(found: readonly Cidr[]): Blocks {
  return unionOf(found, true);
}

function unionOf(found: readonly Cidr[], above: boolean): Blocks {
  const trees = (family: Family): Tree =>
    found
      .filter((block) => block.family === family)
      .map((block) => branchOf(block, above))
      .reduce<Tree>((a, b) => negated(both(negated(a), negated(b))), false);
  return { 4: trees(4), 6: trees(6) };
}

/** @param above whether what it lies in belongs too */
function branchOf({ family, base, prefix }: Cidr, above: boolean): Tree {
  let tree: Tree = true;
  for (let depth = prefix - 1; depth >= 0; depth -= 1) {
    const bit = (base >> BigInt(BITS[family] - 1 - depth)) & 1n;
    tree = { self: above, zero: bit === 0n ? tree : false, one: bit === 1n ? tree : false };
  }
  return tree;
}

function at(tree: Tree, family: Family, base: bigint, prefix: number, depth: number): boolean {
  if (typeof tree === 'boolean') return tree;
  if (depth === prefix) return tree.self;
  const bit = (base >> BigInt(BITS[family] - 1 - depth)) & 1n;
  return at(bit === 0n ? tree.zero : tree.one, family, base, prefix, depth + 1);
}

function both(a: Tree, b: Tree): Tree {
  if (typeof a === 'boolean') return a ? b : false;
  if (typeof b === 'boolean') return b ? a : false;
  return joined({ self: a.self && b.self, zero: both(a.zero, b.zero), one: both(a.one, b.one) });
}

function negated(tree: Tree): Tree {
  if (typeof tree === 'boolean') return !tree;
  return { self: !tree.self, zero: negated(tree.zero), one: negated(tree.one) };
}

function joined(branch: Branch): Tree {
  const { self, zero, one } = branch;
  return self === zero && zero === one ? self : branch;
}

/** Leaves first: they hold a subnet of the usual length. */
function find(tree: Tree, family: Family, base: bigint, depth: number): Cidr | null {
  if (tree === false) return null;
  if (tree === true) return { family, base, prefix: Math.max(depth, USUAL[family]) };
  const below =
    find(tree.zero, family, base, depth + 1) ?? find(tree.one, family, half(family, base, depth), depth + 1);
  return below ?? (tree.self ? { family, base, prefix: depth } : null);
}

/** The blocks that it is made of; `null` when it is made of anything else. */
function wholes(tree: Tree, family: Family, base: bigint, depth: number): Cidr[] | null {
  if (typeof tree === 'boolean') return tree ? [{ family, base, prefix: depth }] : [];
  if (tree.self) return null;
  const zero = wholes(tree.zero, family, base, depth + 1);
  const one = wholes(tree.one, family, half(family, base, depth), depth + 1);
  return zero === null || one === null ? null : [...zero, ...one];
}

function half(family: Family, base: bigint, depth: number): bigint {
  return base | (1n << BigInt(BITS[family] - 1 - depth));
}
