import { type Cidr, compareCidrs, enclosingCidr, lastAddress } from './ip.ts';

/**
 * Blocks of addresses, sorted so that those that overlap a given one are found without comparing it with each. A gateway may have
 * thousands of known networks, and an owner may advertise a thousand prefixes.
 */
export class CidrIndex<T extends { readonly cidr: Cidr }> {
  /** sorted, so that a block comes directly before those that it contains */
  readonly #sorted: readonly T[];
  /** by block, where the items of exactly this block begin and end in the sorted ones */
  readonly #places = new Map<string, { from: number; to: number }>();
  readonly #prefixes: { readonly 4: readonly number[]; readonly 6: readonly number[] };

  constructor(items: readonly T[]) {
    this.#sorted = items.toSorted((a, b) => compareCidrs(a.cidr, b.cidr));
    const prefixes = { 4: new Set<number>(), 6: new Set<number>() };
    for (const [place, { cidr }] of this.#sorted.entries()) {
      const from = this.#places.get(keyOf(cidr))?.from ?? place;
      this.#places.set(keyOf(cidr), { from, to: place + 1 });
      prefixes[cidr.family].add(cidr.prefix);
    }
    this.#prefixes = { 4: [...prefixes[4]].sort(ascending), 6: [...prefixes[6]].sort(ascending) };
  }

  /** Whether one of the blocks contains this one. */
  contains(cidr: Cidr): boolean {
    return this.#overlapping(cidr, 'around').length > 0;
  }

  countOverlaps(cidr: Cidr): number {
    return this.#overlapping(cidr, 'all').reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** The first items whose blocks overlap this one, at most as many as given. */
  overlaps(cidr: Cidr, most: number): T[] {
    const found: T[] = [];
    for (const { from, to } of this.#overlapping(cidr, 'all'))
      found.push(...this.#sorted.slice(from, Math.min(to, from + most - found.length)));
    return found;
  }

  /** Where the items are whose blocks contain this one, and, if all are asked for, those within it. Of two blocks, one contains the other or they are disjoint. */
  #overlapping(cidr: Cidr, which: 'around' | 'all'): { from: number; to: number }[] {
    const around = this.#prefixes[cidr.family].flatMap((prefix) => {
      const outer = enclosingCidr(cidr, prefix);
      return (outer === null ? undefined : this.#places.get(keyOf(outer))) ?? [];
    });
    if (which === 'around') return around;
    // Items of exactly this block are among those around it.
    const { family } = cidr;
    const from = this.#firstAfter(cidr);
    const to = this.#firstAfter({ family, base: lastAddress(cidr), prefix: Number.POSITIVE_INFINITY });
    return to > from ? [...around, { from, to }] : around;
  }

  /** The number of items that are sorted before this block or are the same. */
  #firstAfter(cidr: Cidr): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.#sorted[middle];
      if (item !== undefined && compareCidrs(item.cidr, cidr) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function keyOf({ family, base, prefix }: Cidr): string {
  return `${family} ${base} ${prefix}`;
}

function ascending(a: number, b: number): number {
  return a - b;
}
