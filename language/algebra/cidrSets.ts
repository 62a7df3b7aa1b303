import type { Cidr } from '../../core/ip.ts';
import { formatCidr } from '../../core/ip.ts';
import { memoizeByObject } from '../../core/memoize.ts';
import { spendSteps } from '../stepLimit.ts';
import type { Member, SetAlgebra } from './setAlgebra.ts';

/**
 * The subnet of an address of a session, or only its family if the API returns an address without a prefix length. A subnet has at least
 * two addresses, because the two ends of a session have different ones.
 */
export type AddressSubnet = Cidr | AddressWithoutPrefix;

/** An address without a prefix length. A policy cannot distinguish it from others of its family. */
export interface AddressWithoutPrefix {
  readonly family: Family;
  readonly prefix: null;
}

/**
 * A set of subnets as a binary tree. Each node is a subnet, its children are its two halves. A leaf states for its subnet and all within
 * whether they are in the set; a branch states it for its own subnet only.
 */
export type SubnetTree = boolean | Branch;

interface Branch {
  readonly self: boolean;
  readonly zero: SubnetTree;
  readonly one: SubnetTree;
}

/** By address family. */
export interface CidrSet {
  readonly 4: SubnetTree;
  readonly 6: SubnetTree;
  /** families whose addresses without a prefix length are in the set */
  readonly withoutPrefix: ReadonlySet<Family>;
}

type Family = 4 | 6;

const FAMILIES = [4, 6] as const;
const BITS = { 4: 32, 6: 128 } as const;
/** The usual prefix lengths of a link between two routers: a member has one of these if possible. */
const USUAL = { 4: 30, 6: 126 } as const;

/** Results are memoized by the sets: a comparison asks for the same ones of each grant many times, and trees are deep. */
export const cidrSets: SetAlgebra<CidrSet, AddressSubnet> = {
  all: { 4: true, 6: true, withoutPrefix: new Set(FAMILIES) },
  intersect: (a, b) => intersectionsWith(a)(b),
  complement: memoizeByObject((set) => ({
    4: complementTree(set[4]),
    6: complementTree(set[6]),
    withoutPrefix: familiesIn((one) => !contains(set, one)),
  })),
  contains,
  pickMember: (set) => memberOf(set).found,
  describe: (set) => {
    const blocks = [blocksOf(set[4], 4, 0n, 0), blocksOf(set[6], 6, 0n, 0)];
    const plain = blocks.filter((found) => found !== null).flat();
    const others = [...set.withoutPrefix].map((family) => `IPv${family} without a prefix length`);
    return blocks.includes(null) ? null : [...plain.map(formatCidr), ...others].join(' or ');
  },
};

const intersectionsWith = memoizeByObject((a: CidrSet) =>
  memoizeByObject(
    (b: CidrSet): CidrSet => ({
      4: intersectTrees(a[4], b[4]),
      6: intersectTrees(a[6], b[6]),
      withoutPrefix: familiesIn((one) => contains(a, one) && contains(b, one)),
    }),
  ),
);

const memberOf = memoizeByObject((set: CidrSet): { readonly found: Member<AddressSubnet> | null } => {
  const usual = intersectTrees(set[4], LINK_LOCAL);
  const found = findSubnet(usual, 4, 0n, 0) ?? findSubnet(set[4], 4, 0n, 0) ?? findSubnet(set[6], 6, 0n, 0);
  if (found !== null) return { found: { value: found } };
  const [family] = set.withoutPrefix;
  return { found: family === undefined ? null : { value: { family, prefix: null } } };
});

function contains(set: CidrSet, value: AddressSubnet): boolean {
  const { family } = value;
  return value.prefix === null
    ? set.withoutPrefix.has(family)
    : treeContains(set[family], family, value.base, value.prefix, 0);
}

function familiesIn(isIn: (one: AddressWithoutPrefix) => boolean): ReadonlySet<Family> {
  return new Set(FAMILIES.filter((family) => isIn({ family, prefix: null })));
}

/** The block from which both providers choose addresses by default: a member is from it if possible. */
const LINK_LOCAL = treeOfBlock({ family: 4, base: 0xa9fe0000n, prefix: 16 }, false);

/** The subnets that are certainly within one of the blocks. For an address without a prefix length that is never certain. */
export function subnetsWithin(found: readonly Cidr[]): CidrSet {
  return unionOfBlocks(found, false, new Set());
}

/**
 * The subnets that may be within one of the blocks. An address without a prefix length may be if it is in a block itself. For comparing
 * such sets it is enough to include these addresses when the block is the whole family: otherwise the subnets differ as well.
 */
export function subnetsPerhapsWithin(found: readonly Cidr[]): CidrSet {
  const whole = found.filter(({ prefix }) => prefix === 0).map(({ family }) => family);
  return unionOfBlocks(found, false, new Set(whole));
}

/** The subnets that are within one of the blocks or contain one, and the addresses without a prefix length that may. */
export function subnetsOverlapping(found: readonly Cidr[]): CidrSet {
  return unionOfBlocks(found, true, new Set(found.map(({ family }) => family)));
}

/** The sets by their content. Equal sets of two policies, or of two grants, are one object, so that they share results. */
const knownUnions = new Map<string, CidrSet>();

function unionOfBlocks(
  found: readonly Cidr[],
  containing: boolean,
  withoutPrefix: ReadonlySet<Family>,
): CidrSet {
  // A block of a single address contains no subnet of two, and the subnets around it are those around its pair.
  const usable = containing ? found.map(roomForTwo) : found.filter((block) => roomForTwo(block) === block);
  const key = [containing, ...withoutPrefix, ...usable.map(formatCidr)].join(' ');
  const known = knownUnions.get(key);
  if (known !== undefined) return known;
  const trees = (family: Family): SubnetTree =>
    unionTrees(
      usable.filter((block) => block.family === family).map((block) => treeOfBlock(block, containing)),
    );
  const set = { 4: trees(4), 6: trees(6), withoutPrefix };
  knownUnions.set(key, set);
  return set;
}

/** The union of trees, by halves: one by one, each of thousands would be merged with all before it. */
function unionTrees(trees: readonly SubnetTree[]): SubnetTree {
  const [first = false, second] = trees;
  if (second === undefined) return first;
  const [a, b] = [unionTrees(trees.slice(0, trees.length >> 1)), unionTrees(trees.slice(trees.length >> 1))];
  return complementTree(intersectTrees(complementTree(a), complementTree(b)));
}

/** The smallest block around a block that has at least two addresses. */
function roomForTwo(block: Cidr): Cidr {
  const { family, base, prefix } = block;
  return prefix < BITS[family] ? block : { family, base: (base >> 1n) << 1n, prefix: prefix - 1 };
}

/** @param containing whether the subnets that contain the block are in the set too */
function treeOfBlock({ family, base, prefix }: Cidr, containing: boolean): SubnetTree {
  let tree: SubnetTree = true;
  for (let depth = prefix - 1; depth >= 0; depth -= 1) {
    const bit = (base >> BigInt(BITS[family] - 1 - depth)) & 1n;
    tree = { self: containing, zero: bit === 0n ? tree : false, one: bit === 1n ? tree : false };
  }
  return tree;
}

function treeContains(
  tree: SubnetTree,
  family: Family,
  base: bigint,
  prefix: number,
  depth: number,
): boolean {
  if (typeof tree === 'boolean') return tree;
  if (depth === prefix) return tree.self;
  const bit = (base >> BigInt(BITS[family] - 1 - depth)) & 1n;
  return treeContains(bit === 0n ? tree.zero : tree.one, family, base, prefix, depth + 1);
}

function intersectTrees(a: SubnetTree, b: SubnetTree): SubnetTree {
  if (typeof a === 'boolean') return a ? b : false;
  if (typeof b === 'boolean') return b ? a : false;
  spendSteps();
  return simplifyBranch({
    self: a.self && b.self,
    zero: intersectTrees(a.zero, b.zero),
    one: intersectTrees(a.one, b.one),
  });
}

function complementTree(tree: SubnetTree): SubnetTree {
  if (typeof tree === 'boolean') return !tree;
  spendSteps();
  return { self: !tree.self, zero: complementTree(tree.zero), one: complementTree(tree.one) };
}

function simplifyBranch(branch: Branch): SubnetTree {
  const { self, zero, one } = branch;
  return self === zero && zero === one ? self : branch;
}

/** A subnet in the set. Leaves are searched first, because they contain one with the usual prefix length. */
function findSubnet(tree: SubnetTree, family: Family, base: bigint, depth: number): Cidr | null {
  if (tree === false) return null;
  if (tree === true) return { family, base, prefix: Math.max(depth, USUAL[family]) };
  const below =
    findSubnet(tree.zero, family, base, depth + 1) ??
    findSubnet(tree.one, family, secondHalf(family, base, depth), depth + 1);
  return below ?? (tree.self ? { family, base, prefix: depth } : null);
}

/** The blocks that the set consists of; `null` when it is not a union of blocks. */
function blocksOf(tree: SubnetTree, family: Family, base: bigint, depth: number): Cidr[] | null {
  if (typeof tree === 'boolean') return tree ? [{ family, base, prefix: depth }] : [];
  if (tree.self) return null;
  const zero = blocksOf(tree.zero, family, base, depth + 1);
  const one = blocksOf(tree.one, family, secondHalf(family, base, depth), depth + 1);
  return zero === null || one === null ? null : [...zero, ...one];
}

function secondHalf(family: Family, base: bigint, depth: number): bigint {
  return base | (1n << BigInt(BITS[family] - 1 - depth));
}
