import type { MatchFieldName } from '../../core/fields/match.ts';
import { formatCidr, parseHostAddress } from '../../core/ip.ts';
import type { BgpPeer, Provider, VirtualInterface } from '../../core/model.ts';
import { LANGUAGE_FIELDS, type WrittenMatch } from '../fields/matchFields.ts';
import { findInvisibleCharacter } from '../scalarSchemas.ts';

/** A `match` that demands everything that a request has, and what it cannot demand. */
export interface ExactMatch {
  readonly match: WrittenMatch;
  readonly unpinned: readonly Unpinned[];
}

/** A field by which the grant is as much wider. */
export interface Unpinned {
  readonly field: MatchFieldName;
  /** half a sentence: `the API does not give it` */
  readonly why: string;
}

/** What there is to demand of a field, and why that is not all of it. Neither: nobody could demand it. */
interface Pin {
  readonly match: WrittenMatch;
  readonly why: string | null;
}

/** @param absent fields that the source of the request does not know, whatever the API gives */
export function buildExactMatch(
  request: VirtualInterface,
  provider: Provider,
  absent: ReadonlySet<MatchFieldName>,
): ExactMatch {
  const pins = FIELDS.map((field) => ({ field, ...pinOf(field, request, provider, absent) }));
  return {
    match: Object.assign({}, ...pins.map(({ match }) => match)),
    unpinned: pins.flatMap(({ field, why }) => (why === null ? [] : [{ field, why }])),
  };
}

function pinOf(
  field: MatchFieldName,
  request: VirtualInterface,
  provider: Provider,
  absent: ReadonlySet<MatchFieldName>,
): Pin {
  const providers: readonly Provider[] = LANGUAGE_FIELDS[field].providers;
  const pin = PINS[field](request);
  // A value that no policy of this provider can name is said; of one that the provider never gives there is nothing to say.
  if (!providers.includes(provider))
    return Object.keys(pin.match).length === 0
      ? NOTHING
      : unpinned(`no policy for ${provider} can demand it`);
  if (absent.has(field)) return unpinned('the file does not give it');
  // Fail closed: what the language does not take, such as a name with a line break, must not make the patch one that breaks the policy.
  return Object.keys(pin.match).length > 0 && !isWritable(field, pin.match)
    ? unpinned(
        'a policy cannot name its value: it has control or invisible characters, nothing but spaces, or another form than the API describes',
      )
    : pin;
}

function isWritable(field: MatchFieldName, match: WrittenMatch): boolean {
  const { schema } = LANGUAGE_FIELDS[field];
  const isKey = (key: string): boolean =>
    key !== '' && key !== '__proto__' && findInvisibleCharacter(key) === null;
  return schema.safeParse(match[field]).success && Object.keys(match.tags ?? {}).every(isKey);
}

const NOTHING: Pin = { match: {}, why: null };
const NOT_GIVEN = 'the API does not give it';

/** In the order in which a person would write them: what concerns sessions together. */
const PINS: Readonly<Record<MatchFieldName, (request: VirtualInterface) => Pin>> = {
  connection: ({ connection }) => known(connection, (value) => ({ connection: [value] })),
  vlan: ({ vlan }) => known(vlan, (value) => ({ vlan: [value] })),
  asn: ({ peers }) => ofSessions(peers, asnOf, 'an ASN', (asns) => ({ asn: [...new Set(asns)] })),
  peers: ({ peers }) =>
    // The narrowest block that is wide enough: an address counts with its subnet.
    ofSessions(peers, subnetsOf, 'an address with a prefix length', (subnets) => ({
      peers: [...new Set(subnets.flat())],
    })),
  bgpKey: ({ peers }) =>
    peers.some(({ hasKey }) => hasKey === null) && peers.every(({ hasKey }) => hasKey !== false)
      ? unpinned('the API does not say whether every BGP session has a key')
      : ofSessions(peers, keyOf, 'a key', () => ({ bgpKey: 'required' })),
  name: ({ name }) => {
    const pin = known(name, (value) => ({ name: [value] }));
    return name?.includes('*') ? { ...pin, why: 'its `*` stands for anything in a policy' } : pin;
  },
  location: ({ location }) => known(location, (value) => ({ location: [value] })),
  mtu: ({ mtu }) => known(mtu, (value) => ({ mtu: [value] })),
  tags: ({ tags }) => {
    if (tags === null) return unpinned(NOT_GIVEN);
    const entries = Object.entries(tags).map(([key, value]) => [key, [value]]);
    if (entries.length === 0) return unpinned('it has none, and a policy cannot demand that');
    return pinned({ tags: Object.fromEntries(entries) });
  },
};

// The keys of the literal above, in its order.
const FIELDS = Object.keys(PINS) as readonly MatchFieldName[];

function known<T extends string | number>(value: T | null, demand: (value: T) => WrittenMatch): Pin {
  if (value === null) return unpinned(NOT_GIVEN);
  return value === '' ? unpinned('it is empty') : pinned(demand(value));
}

/** @param of what one session has; `null`: it has none, or the API does not give it */
function ofSessions<T>(
  peers: readonly BgpPeer[],
  of: (peer: BgpPeer) => T | null,
  what: string,
  demand: (values: readonly T[]) => WrittenMatch,
): Pin {
  if (peers.length === 0) return unpinned('the API lists no BGP session');
  const values = peers.map(of).filter((value) => value !== null);
  const missing = peers.length - values.length;
  if (missing === 0) return pinned(demand(values));
  if (peers.length === 1) return unpinned(`its one BGP session lacks ${what}`);
  return unpinned(`${missing} of ${peers.length} BGP sessions ${missing === 1 ? 'lacks' : 'lack'} ${what}`);
}

function asnOf({ asn }: BgpPeer): number | null {
  return asn;
}

function keyOf({ hasKey }: BgpPeer): true | null {
  return hasKey === true ? true : null;
}

/** Of both ends, or nothing. No grant says yes to an address without a prefix length, so to demand one lets nothing in. */
function subnetsOf({ amazonAddress, customerAddress }: BgpPeer): readonly string[] | null {
  const subnets = [amazonAddress, customerAddress]
    .map((text) => (text?.includes('/') ? parseHostAddress(text) : null))
    .filter((address) => address !== null)
    .map(({ subnet }) => formatCidr(subnet));
  return subnets.length < 2 ? null : subnets;
}

function pinned(match: WrittenMatch): Pin {
  return { match, why: null };
}

function unpinned(why: string): Pin {
  return { match: {}, why };
}
