import type { MatchFieldName } from '../../core/fields/match.ts';
import { formatCidr, parseHostAddress } from '../../core/ip.ts';
import type { BgpPeer, Provider, VirtualInterface } from '../../core/model.ts';
import { LANGUAGE_FIELDS, type WrittenMatch } from '../fields/matchFields.ts';
import { findInvisibleCharacter } from '../yaml/hiddenCharacters.ts';

/** A `match` that is equal to one request in every field possible, and the fields that it does not restrict. */
export interface ExactMatch {
  readonly match: WrittenMatch;
  readonly unpinned: readonly Unpinned[];
}

/** A field that the grant does not restrict, or not exactly. */
export interface Unpinned {
  readonly field: MatchFieldName;
  /** the rest of a sentence, such as `the API does not return it` */
  readonly why: string;
}

/** The condition on a field, and why it is not exact. A field that no policy of the provider can name has neither. */
interface Pin {
  readonly match: WrittenMatch;
  readonly why: string | null;
}

/** @param absent fields that the source of the request does not have */
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
  // If the provider never returns the field, there is nothing to report, unless the request has a value all the same.
  if (!providers.includes(provider))
    return Object.keys(pin.match).length === 0
      ? NOTHING
      : unpinned(`a policy for ${provider} cannot match it`);
  if (absent.has(field)) return unpinned('the file does not contain it');
  // Fail closed: a value that the language does not allow, such as a name with a line break, must not make the policy invalid.
  return Object.keys(pin.match).length > 0 && !isWritable(field, pin.match)
    ? unpinned(
        'a policy cannot contain its value: it has control or invisible characters, only spaces, or a form that the API does not document',
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
const NOT_GIVEN = 'the API does not return it';

/** The condition for each field, in the order in which a person would write them: those of sessions together. */
const PINS: Readonly<Record<MatchFieldName, (request: VirtualInterface) => Pin>> = {
  connection: ({ connection }) => known(connection, (value) => ({ connection: [value] })),
  vlan: ({ vlan }) => known(vlan, (value) => ({ vlan: [value] })),
  asn: ({ peers }) => ofSessions(peers, asnOf, 'an ASN', (asns) => ({ asn: [...new Set(asns)] })),
  peers: ({ peers }) =>
    // The narrowest block that matches: an address is matched with its subnet.
    ofSessions(peers, subnetsOf, 'an address with a prefix length', (subnets) => ({
      peers: [...new Set(subnets.flat())],
    })),
  bgpKey: ({ peers }) =>
    peers.some(({ hasKey }) => hasKey === null) && peers.every(({ hasKey }) => hasKey !== false)
      ? unpinned('the API does not return whether every BGP session has a key')
      : ofSessions(peers, keyOf, 'a key', () => ({ bgpKey: 'required' })),
  name: ({ name }) => {
    const pin = known(name, (value) => ({ name: [value] }));
    return name?.includes('*') ? { ...pin, why: 'its `*` matches anything in a policy' } : pin;
  },
  location: ({ location }) => known(location, (value) => ({ location: [value] })),
  mtu: ({ mtu }) => known(mtu, (value) => ({ mtu: [value] })),
  tags: ({ tags }) => {
    if (tags === null) return unpinned(NOT_GIVEN);
    const entries = Object.entries(tags).map(([key, value]) => [key, [value]]);
    if (entries.length === 0) return unpinned('it has none, and a policy cannot require that');
    return pinned({ tags: Object.fromEntries(entries) });
  },
};

// The keys of the object above, in its order.
const FIELDS = Object.keys(PINS) as readonly MatchFieldName[];

function known<T extends string | number>(value: T | null, demand: (value: T) => WrittenMatch): Pin {
  if (value === null) return unpinned(NOT_GIVEN);
  return value === '' ? unpinned('it is empty') : pinned(demand(value));
}

/** @param of the value of one session; `null` if it has none or the API does not return it */
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

/** The subnets of both ends, or `null`. A grant never matches an address without a prefix length, so it must not require one. */
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
