import { CidrIndex } from './cidrIndex.ts';
import { type Cidr, compareCidrs, containsCidr, formatCidr, outermostCidrs, parseCidr } from './ip.ts';
import { compareByCodePoint, quote } from './printableText.ts';

/** What can be unexpected about the prefixes that the owner of an accepted interface advertises, most urgent first. Codes are stable. */
const ROUTE_FINDING_CODES: readonly string[] = [
  'default-route',
  'overlaps-vpc',
  'overlaps-owner',
  'no-agreement',
  'outside-routes',
  'too-many-prefixes',
];

/** One unexpected thing about the prefixes that an owner advertises over an interface. */
export interface RouteFinding {
  /** one of `ROUTE_FINDING_CODES`, or a code of a later release that stored it */
  readonly code: string;
  /** the prefix; `null`: it is about all prefixes together */
  readonly prefix: string | null;
  /** the network that the prefix overlaps; `null`: none */
  readonly overlaps: OtherNetwork | null;
  /** how many prefixes there are, and how many are agreed; `null`: it is not about their number */
  readonly counts: { readonly advertised: number; readonly agreed: number } | null;
}

/** A network that an advertised prefix may overlap: one of a VPC of the recipient, or a prefix of another owner. */
export interface OtherNetwork {
  /** ID of the VPC or of the other interface */
  readonly id: string;
  /** the owner of the other interface; `null`: it is a VPC */
  readonly owner: string | null;
  readonly cidr: string;
}

/** What an owner may advertise over an interface, according to the grants for it. */
export interface AgreedRoutes {
  /** `routes` of each grant that has them: a prefix must be within those of every one */
  readonly routes: readonly (readonly string[])[];
  /** the lowest `maxPrefixes` of the grants; `null`: none has one */
  readonly maxPrefixes: number | null;
}

export const NOTHING_AGREED: AgreedRoutes = { routes: [], maxPrefixes: null };

/**
 * The shortest prefixes that count as networks: what the largest organisations have. A shorter one covers so much that it acts as a default
 * route, also as one of a few that cover the Internet together.
 */
const SHORTEST_NETWORK = { 4: 8, 6: 16 } as const;
/** The unique local addresses of IPv6, of which an organisation may use a half. */
const UNIQUE_LOCAL: Cidr = { family: 6, base: 0xfcn << 120n, prefix: 7 };

/** What is unexpected about the prefixes of an interface. */
export interface UnexpectedPrefixes {
  /** the most urgent findings */
  readonly findings: readonly RouteFinding[];
  /** the number of all findings */
  readonly findingCount: number;
}

/**
 * Finds what is unexpected about the prefixes that an owner advertises over an interface. Advisory only: nothing is undone.
 * A default route is expected only if `routes` contain it: it overlaps everything, so it is not reported as an overlap too.
 * @param advertised normalised prefixes, each once
 * @param agreement `null`: something was agreed, and no grant says any more what
 * @param others the networks of the gateway's VPCs, and what other owners advertise on the same gateway
 * @param most the number of findings to return: owners choose the number of prefixes, so that of all findings has no limit
 */
export function findUnexpectedRoutes(
  advertised: readonly string[],
  agreement: AgreedRoutes | null,
  others: readonly OtherNetwork[],
  most: number,
): UnexpectedPrefixes {
  const { routes } = agreement ?? NOTHING_AGREED;
  const agreed = routes.map((blocks) => new CidrIndex(parseBlocks(blocks).map((cidr) => ({ cidr }))));
  // Sorted, so that the same ones are returned each time.
  const networks = others
    .toSorted((a, b) => compareByCodePoint(a.id, b.id))
    .flatMap((other) => parseBlocks([other.cidr]).map((cidr) => ({ cidr, other })));
  const known = Map.groupBy(networks, ({ other }) =>
    other.owner === null ? 'overlaps-vpc' : 'overlaps-owner',
  );
  const indexes = [...known].map(([code, of]) => ({ code, index: new CidrIndex(of) }));
  /** the first findings of each code, so that the most urgent ones are among them */
  const first = new Map<string, RouteFinding[]>();
  let findingCount = 0;
  const add = (
    code: string,
    more: number,
    create: (room: number) => readonly Omit<RouteFinding, 'code'>[],
  ) => {
    const kept = first.get(code) ?? [];
    findingCount += more;
    kept.push(...create(most - kept.length).map((finding) => ({ code, ...finding })));
    first.set(code, kept);
  };
  for (const cidr of parseBlocks(advertised).sort(compareCidrs)) {
    const isAgreed = agreed.every((index) => index.contains(cidr));
    const about = { prefix: formatCidr(cidr), overlaps: null, counts: null };
    if (actsAsDefaultRoute(cidr)) {
      if (!isAgreed || agreed.length === 0) add('default-route', 1, (room) => [about].slice(0, room));
      continue;
    }
    if (!isAgreed) add('outside-routes', 1, (room) => [about].slice(0, room));
    for (const { code, index } of indexes)
      add(code, index.countOverlaps(cidr), (room) =>
        index.overlaps(cidr, room).map(({ other }) => ({ ...about, overlaps: other })),
      );
  }
  const ofAll = findOfAll(advertised.length, agreement);
  return {
    findings: mostUrgent([...[...first.values()].flat(), ...ofAll], most),
    findingCount: findingCount + ofAll.length,
  };
}

/** What is unexpected about all prefixes together. */
function findOfAll(advertised: number, agreement: AgreedRoutes | null): RouteFinding[] {
  const ofAll = { prefix: null, overlaps: null };
  if (agreement === null) return advertised === 0 ? [] : [{ ...ofAll, code: 'no-agreement', counts: null }];
  const { maxPrefixes } = agreement;
  if (maxPrefixes === null || advertised <= maxPrefixes) return [];
  return [{ ...ofAll, code: 'too-many-prefixes', counts: { advertised, agreed: maxPrefixes } }];
}

/** The most urgent of these findings, in a stable order. */
export function mostUrgent(findings: readonly RouteFinding[], most: number): RouteFinding[] {
  return findings
    .toSorted((a, b) => rankOf(a) - rankOf(b) || compareByCodePoint(findingKey(a), findingKey(b)))
    .slice(0, most);
}

/** The rank of a finding. One that a later release stored comes first: nothing is known about its urgency. */
function rankOf({ code }: RouteFinding): number {
  return ROUTE_FINDING_CODES.indexOf(code);
}

/** Identifies a finding: an event of an interface is published again if one appears that was not published. Numbers are not part of it. */
export function findingKey({ code, prefix, overlaps }: RouteFinding): string {
  return [code, prefix, overlaps?.id, overlaps?.cidr]
    .filter((part) => part !== null && part !== undefined)
    .join(' ');
}

/**
 * The prefixes to keep for comparison with those of other owners: without those within others, and without those that act as a
 * default route, which overlap everything.
 */
export function prefixesToCompare(advertised: readonly string[]): string[] {
  const blocks = parseBlocks(advertised).filter((prefix) => !actsAsDefaultRoute(prefix));
  return outermostCidrs(blocks).map(formatCidr);
}

function actsAsDefaultRoute(cidr: Cidr): boolean {
  const isHalfOfUniqueLocal = cidr.prefix > UNIQUE_LOCAL.prefix && containsCidr(UNIQUE_LOCAL, cidr);
  return cidr.prefix < SHORTEST_NETWORK[cidr.family] && !isHalfOfUniqueLocal;
}

function parseBlocks(texts: readonly string[]): Cidr[] {
  return texts.map(parseCidr).filter((block) => block !== null);
}

/** A finding as the rest of a sentence about the owner; safe to print. */
export function describeRouteFinding({ code, prefix, overlaps, counts }: RouteFinding): string {
  const what = prefix === null ? 'prefixes' : quote(prefix);
  const other = overlaps === null ? 'another network' : describeNetwork(overlaps);
  switch (code) {
    case 'default-route':
      return prefix?.endsWith('/0')
        ? `advertises ${what}, a default route`
        : `advertises ${what}, which covers so much that it acts as a default route`;
    case 'overlaps-vpc':
    case 'overlaps-owner':
      return `advertises ${what}, which overlaps ${other}`;
    case 'no-agreement':
      return `advertises ${what}, and the grant that said what is agreed is no longer in the policy: no grant for the interface says it now`;
    case 'outside-routes':
      return `advertises ${what}, which is not within \`routes\` of its grant`;
    case 'too-many-prefixes':
      return `advertises ${counts?.advertised ?? 'more'} prefixes, and \`maxPrefixes\` of its grant is ${counts?.agreed ?? 'lower'}`;
    default:
      return `advertises ${what}, which a newer release reported as ${quote(code)}`;
  }
}

function describeNetwork({ id, owner, cidr }: OtherNetwork): string {
  return owner === null
    ? `${quote(cidr)} of VPC ${quote(id)}`
    : `${quote(cidr)} that owner \`${owner}\` advertises over ${quote(id)}`;
}
