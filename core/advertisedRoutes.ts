import { type Cidr, cidrsOverlap, containsCidr, formatCidr, outermostCidrs, parseCidr } from './ip.ts';
import { compareByCodePoint, quote } from './printableText.ts';

/** What can be unexpected about the prefixes that the owner of an accepted interface advertises, most urgent first. Codes are stable. */
const ROUTE_FINDING_CODES: readonly string[] = [
  'default-route',
  'overlaps-vpc',
  'overlaps-owner',
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

/** The shortest prefix that counts as a network. A shorter one covers so much that it acts as a default route. */
const SHORTEST_NETWORK = 8;

/**
 * Finds what is unexpected about the prefixes that an owner advertises over an interface. Advisory only: nothing is undone.
 * A default route is expected only if `routes` contain it: it overlaps everything, so it is not reported as an overlap too.
 * @param advertised normalised prefixes, each once
 * @param others the networks of the gateway's VPCs, and what other owners advertise on the same gateway
 */
export function findUnexpectedRoutes(
  advertised: readonly string[],
  { routes, maxPrefixes }: AgreedRoutes,
  others: readonly OtherNetwork[],
): RouteFinding[] {
  const agreed = routes.map(parseBlocks);
  const networks = others.flatMap((other) => parseBlocks([other.cidr]).map((block) => ({ other, block })));
  const ofPrefixes = parseBlocks(advertised).flatMap((prefix): RouteFinding[] => {
    const isAgreed = agreed.every((blocks) => blocks.some((block) => containsCidr(block, prefix)));
    const about = { prefix: formatCidr(prefix), overlaps: null, counts: null };
    if (actsAsDefaultRoute(prefix))
      return isAgreed && agreed.length > 0 ? [] : [{ ...about, code: 'default-route' }];
    const overlapping = networks.filter(({ block }) => cidrsOverlap(block, prefix));
    return [
      ...(isAgreed ? [] : [{ ...about, code: 'outside-routes' }]),
      ...overlapping.map(({ other }) => ({
        ...about,
        code: other.owner === null ? 'overlaps-vpc' : 'overlaps-owner',
        overlaps: other,
      })),
    ];
  });
  const count = advertised.length;
  const ofAll: RouteFinding[] =
    maxPrefixes === null || count <= maxPrefixes
      ? []
      : [
          {
            code: 'too-many-prefixes',
            prefix: null,
            overlaps: null,
            counts: { advertised: count, agreed: maxPrefixes },
          },
        ];
  return [...ofPrefixes, ...ofAll].sort(
    (a, b) => rankOf(a) - rankOf(b) || compareByCodePoint(findingKey(a), findingKey(b)),
  );
}

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

function actsAsDefaultRoute({ prefix }: Cidr): boolean {
  return prefix < SHORTEST_NETWORK;
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
