import type { Cidr } from '../../core/ip.ts';
import { formatCidr } from '../../core/ip.ts';
import type { Algebra } from './setAlgebra.ts';
import { step } from './stepLimit.ts';

/**
 * What is known of the place of one address of a session: its subnet, or only its family, where the API gives an address without a
 * prefix length. A subnet has room for both ends of a session, which have different addresses: one of a single address is no value.
 */
export type Locus = Cidr | Bare;

/** An address without a prefix length. A policy cannot tell it from others of its family. */
export interface Bare {
  readonly family: Family;
  readonly prefix: null;
}

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
  /** families whose addresses without a prefix length belong */
  readonly bare: ReadonlySet<Family>;
}

type Family = 4 | 6;

const FAMILIES = [4, 6] as const;
const BITS = { 4: 32, 6: 128 } as const;
/** Of the link between two routers: a member shows one, where it may. */
const USUAL = { 4: 30, 6: 126 } as const;

export const blocks: Algebra<Blocks, Locus> = {
  all: { 4: true, 6: true, bare: new Set(FAMILIES) },
  and: (a, b) => ({
    4: both(a[4], b[4]),
    6: both(a[6], b[6]),
    bare: bareIn((one) => has(a, one) && has(b, one)),
  }),
  not: (set) => ({ 4: negated(set[4]), 6: negated(set[6]), bare: bareIn((one) => !has(set, one)) }),
  has,
  member: (set) => {
    const usual = both(set[4], LINK_LOCAL);
    const found = find(usual, 4, 0n, 0) ?? find(set[4], 4, 0n, 0) ?? find(set[6], 6, 0n, 0);
    if (found !== null) return { value: found };
    const [family] = set.bare;
    return family === undefined ? null : { value: { family, prefix: null } };
  },
  words: (set) => {
    const said = [wholes(set[4], 4, 0n, 0), wholes(set[6], 6, 0n, 0)];
    const plain = said.filter((found) => found !== null).flat();
    const bare = [...set.bare].map((family) => `IPv${family} without a prefix length`);
    return said.includes(null) ? null : [...plain.map(formatCidr), ...bare].join(' or ');
  },
};

function has(set: Blocks, value: Locus): boolean {
  const { family } = value;
  return value.prefix === null ? set.bare.has(family) : at(set[family], family, value.base, value.prefix, 0);
}

function bareIn(isIn: (one: Bare) => boolean): ReadonlySet<Family> {
  return new Set(FAMILIES.filter((family) => isIn({ family, prefix: null })));
}

/** Where both providers put the addresses of a session that nobody chose: a member is from there, where it may. */
const LINK_LOCAL = branchOf({ family: 4, base: 0xa9fe0000n, prefix: 16 }, false);

/** Subnets that certainly lie in one of these: of an address without a prefix length that is never certain. */
export function within(found: readonly Cidr[]): Blocks {
  return unionOf(found, false, new Set());
}

/**
 * What may lie in one of these. An address without a prefix length may where it stands in one, which matters to no comparison of two
 * such sets: it stands in more blocks only where more subnets do. So only where every one may, that is said.
 */
export function perhapsWithin(found: readonly Cidr[]): Blocks {
  const whole = found.filter(({ prefix }) => prefix === 0).map(({ family }) => family);
  return unionOf(found, false, new Set(whole));
}

/** Subnets that lie in one of these, or that one of these lies in; addresses without a prefix length that may. */
export function overlapping(found: readonly Cidr[]): Blocks {
  return unionOf(found, true, new Set(found.map(({ family }) => family)));
}

function unionOf(found: readonly Cidr[], above: boolean, bare: ReadonlySet<Family>): Blocks {
  // No subnet of two addresses lies in a single one, and those that it lies in are those of the two where it is.
  const roomy = above ? found.map(withRoom) : found.filter((block) => withRoom(block) === block);
  const trees = (family: Family): Tree =>
    either(roomy.filter((block) => block.family === family).map((block) => branchOf(block, above)));
  return { 4: trees(4), 6: trees(6), bare };
}

/** By halves: one after the other, each of thousands would be joined to all before it. */
function either(trees: readonly Tree[]): Tree {
  const [first = false, second] = trees;
  if (second === undefined) return first;
  const [a, b] = [either(trees.slice(0, trees.length >> 1)), either(trees.slice(trees.length >> 1))];
  return negated(both(negated(a), negated(b)));
}

/** The least block around it that has two addresses. */
function withRoom(block: Cidr): Cidr {
  const { family, base, prefix } = block;
  return prefix < BITS[family] ? block : { family, base: (base >> 1n) << 1n, prefix: prefix - 1 };
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
  step();
  return joined({ self: a.self && b.self, zero: both(a.zero, b.zero), one: both(a.one, b.one) });
}

function negated(tree: Tree): Tree {
  if (typeof tree === 'boolean') return !tree;
  step();
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
