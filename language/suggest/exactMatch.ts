import type { MatchFieldName } from '../../core/fields/match.ts';
import { formatCidr, parseHostAddress } from '../../core/ip.ts';
import type { BgpPeer, Provider, VirtualInterface } from '../../core/model.ts';
import { returnsField } from '../../core/providers.ts';
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
interface Condition {
  readonly match: WrittenMatch;
  readonly why: string | null;
}

/** @param absent fields that the source of the request does not have */
export function buildExactMatch(
  request: VirtualInterface,
  provider: Provider,
  absent: ReadonlySet<MatchFieldName>,
): ExactMatch {
  const conditions = FIELDS.map((field) => ({ field, ...conditionOn(field, request, provider, absent) }));
  return {
    match: Object.assign({}, ...conditions.map(({ match }) => match)),
    unpinned: conditions.flatMap(({ field, why }) => (why === null ? [] : [{ field, why }])),
  };
}

function conditionOn(
  field: MatchFieldName,
  request: VirtualInterface,
  provider: Provider,
  absent: ReadonlySet<MatchFieldName>,
): Condition {
  const condition = CONDITIONS[field](request);
  // If the provider never returns the field, there is nothing to report, unless the request has a value all the same.
  if (!returnsField(provider, field))
    return Object.keys(condition.match).length === 0
      ? NO_CONDITION
      : inexact(`a policy for ${provider} cannot match it`);
  if (absent.has(field)) return inexact('the file does not contain it');
  // Fail closed: a value that the language does not allow, such as a name with a line break, must not make the policy invalid.
  return Object.keys(condition.match).length > 0 && !isValid(field, condition.match)
    ? inexact(
        'a policy cannot contain its value: it has control or invisible characters, only spaces, or a form that the API does not document',
      )
    : condition;
}

function isValid(field: MatchFieldName, match: WrittenMatch): boolean {
  const { schema } = LANGUAGE_FIELDS[field];
  const isKey = (key: string): boolean =>
    key !== '' && key !== '__proto__' && findInvisibleCharacter(key) === null;
  return schema.safeParse(match[field]).success && Object.keys(match.tags ?? {}).every(isKey);
}

const NO_CONDITION: Condition = { match: {}, why: null };
const NOT_GIVEN = 'the API does not return it';

/** The condition for each field, in the order in which a person would write them: those of sessions together. */
const CONDITIONS: Readonly<Record<MatchFieldName, (request: VirtualInterface) => Condition>> = {
  connection: ({ connection }) => matchValue(connection, (value) => ({ connection: [value] })),
  vlan: ({ vlan }) => matchValue(vlan, (value) => ({ vlan: [value] })),
  asn: ({ peers }) => matchSessions(peers, asnOfSession, 'an ASN', (asns) => ({ asn: [...new Set(asns)] })),
  peers: ({ peers }) =>
    // The narrowest block that matches: an address is matched with its subnet.
    matchSessions(peers, subnetsOfSession, 'an address with a prefix length', (subnets) => ({
      peers: [...new Set(subnets.flat())],
    })),
  bgpKey: ({ peers }) =>
    peers.some(({ hasKey }) => hasKey === null) && peers.every(({ hasKey }) => hasKey !== false)
      ? inexact('the API does not return whether every BGP session has a key')
      : matchSessions(peers, keyOfSession, 'a key', () => ({ bgpKey: 'required' })),
  name: ({ name }) => {
    const condition = matchValue(name, (value) => ({ name: [value] }));
    return name?.includes('*') ? { ...condition, why: 'its `*` matches anything in a policy' } : condition;
  },
  location: ({ location }) => matchValue(location, (value) => ({ location: [value] })),
  mtu: ({ mtu }) => matchValue(mtu, (value) => ({ mtu: [value] })),
  tags: ({ tags }) => {
    if (tags === null) return inexact(NOT_GIVEN);
    const entries = Object.entries(tags).map(([key, value]) => [key, [value]]);
    if (entries.length === 0) return inexact('it has none, and a policy cannot require that');
    return exact({ tags: Object.fromEntries(entries) });
  },
};

// The keys of the object above, in its order.
const FIELDS = Object.keys(CONDITIONS) as readonly MatchFieldName[];

function matchValue<T extends string | number>(
  value: T | null,
  toMatch: (value: T) => WrittenMatch,
): Condition {
  if (value === null) return inexact(NOT_GIVEN);
  return value === '' ? inexact('it is empty') : exact(toMatch(value));
}

/** @param of the value of one session; `null` if it has none or the API does not return it */
function matchSessions<T>(
  peers: readonly BgpPeer[],
  of: (peer: BgpPeer) => T | null,
  what: string,
  toMatch: (values: readonly T[]) => WrittenMatch,
): Condition {
  if (peers.length === 0) return inexact('the API lists no BGP session');
  const values = peers.map(of).filter((value) => value !== null);
  const missing = peers.length - values.length;
  if (missing === 0) return exact(toMatch(values));
  if (peers.length === 1) return inexact(`its one BGP session lacks ${what}`);
  return inexact(`${missing} of ${peers.length} BGP sessions ${missing === 1 ? 'lacks' : 'lack'} ${what}`);
}

function asnOfSession({ asn }: BgpPeer): number | null {
  return asn;
}

function keyOfSession({ hasKey }: BgpPeer): true | null {
  return hasKey === true ? true : null;
}

/** The subnets of both ends, or `null`. A grant never matches an address without a prefix length, so it must not require one. */
function subnetsOfSession({ amazonAddress, customerAddress }: BgpPeer): readonly string[] | null {
  const subnets = [amazonAddress, customerAddress]
    .map((text) => (text?.includes('/') ? parseHostAddress(text) : null))
    .filter((address) => address !== null)
    .map(({ subnet }) => formatCidr(subnet));
  return subnets.length < 2 ? null : subnets;
}

function exact(match: WrittenMatch): Condition {
  return { match, why: null };
}

function inexact(why: string): Condition {
  return { match: {}, why };
}
