import { MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { quote } from '../../core/printableText.ts';
import { PROVIDER_TRAITS, returnsField } from '../../core/providers.ts';
import { isName } from '../../core/resourceIds.ts';
import type { Finding, Path, Problem } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { parseInstant } from '../isoTime.ts';
import {
  ADVERTISED_KEYS,
  type PartialOwner,
  type PartialPolicy,
  readableGrants,
  readableMatches,
  readableOwners,
} from '../policySchema.ts';
import { readableItems } from '../readDocument.ts';
import { EMPTY_TEXT, looksLikeId, NAME_RULE } from '../scalarSchemas.ts';
import { findInvisibleCharacter } from '../yaml/hiddenCharacters.ts';

/** The names of owners, grants and gateways are valid. */
export function requireValidNames(policy: PartialPolicy): Finding[] {
  const grants = readableOwners(policy).flatMap(({ value, path }) =>
    checkKeys(value.grants, [...path, 'grants'], checkName),
  );
  return [
    ...checkKeys(policy.gateways, ['gateways'], checkGatewayName),
    ...checkKeys(policy.owners, ['owners'], checkName),
    ...grants,
  ];
}

/** The keys of tags are not empty and have visible characters only. */
export function requireValidTagKeys(policy: PartialPolicy): Finding[] {
  return readableMatches(policy).flatMap(({ value, path }) =>
    checkKeys(value.tags, [...path, 'tags'], (key) =>
      key === '' ? EMPTY_TEXT : findInvisibleCharacter(key),
    ),
  );
}

function checkKeys(map: object | undefined, path: Path, check: (key: string) => Problem | null): Finding[] {
  return Object.keys(map ?? {}).flatMap((key): Finding[] => {
    const problem = check(key);
    return problem === null ? [] : [{ path: [...path, key], at: 'key', ...problem }];
  });
}

function checkName(name: string): Problem | null {
  if (isName(name)) return null;
  return {
    code: 'name',
    message: `${quote(name)} is not a valid name`,
    fix: `${suggestName(name)}${NAME_RULE}`,
  };
}

function suggestName(name: string): string {
  const plain = name.toLowerCase().replace(/[ _.]/g, '-');
  return isName(plain) ? `write \`${plain}\`: ` : 'write ';
}

function checkGatewayName(name: string): Problem | null {
  if (!looksLikeId(name)) return checkName(name);
  return {
    code: 'gateway-name',
    message: `gateway name ${quote(name)} looks like an ID`,
    fix: 'choose a name that does not look like an ID',
  };
}

/** An owner has either a gateway or grants. */
export function requireGatewayOrGrants(policy: PartialPolicy): Finding[] {
  return readableOwners(policy).flatMap(({ value, path }): Finding[] => {
    const [gateway, grants] = [Object.hasOwn(value, 'gateway'), Object.hasOwn(value, 'grants')];
    if (gateway && grants) {
      const message = '`gateway` is a shorthand for one grant and cannot be used beside `grants`';
      const fix = 'remove it, or write it as one more grant';
      return [{ path: [...path, 'gateway'], at: 'value', code: 'gateway-and-grants', message, fix }];
    }
    // A misspelt key is reported as unknown already.
    if (Object.keys(value).some((key) => findNearest(key, ['gateway', 'grants']) !== null)) return [];
    const message = `owner ${quote(String(path.at(-1)))} has no gateway and no grants`;
    const fix = 'add `gateway:`, or `grants:` with at least one grant';
    return [{ path, at: 'key', code: 'no-gateway', message, fix }];
  });
}

/** An owner has connections: without one, nothing identifies its requests. */
export function requireConnections(policy: PartialPolicy): Finding[] {
  return readableOwners(policy).flatMap(({ value, path }): Finding[] => {
    // A misspelt key is reported as unknown already.
    if (
      Object.keys(value).some(
        (key) => CONNECTION_LISTS.includes(key) || findNearest(key, CONNECTION_LISTS) !== null,
      )
    )
      return [];
    const message = `owner ${quote(String(path.at(-1)))} has no connections`;
    const fix =
      'add `connections:` if only this owner can make requests on them, or `sharedConnections:` if they belong to a carrier';
    return [{ path, at: 'key', code: 'no-connections', message, fix }];
  });
}

const CONNECTION_LISTS: readonly string[] = ['connections', 'sharedConnections'];

/** A connection is in a list once: a repeated one was probably meant as another. */
export function noDuplicateConnection(policy: PartialPolicy): Finding[] {
  const lists = [
    ...readableOwners(policy).flatMap(({ value, path }) => [
      readableItems(value.connections, [...path, 'connections']),
      readableItems(value.sharedConnections, [...path, 'sharedConnections']),
    ]),
    ...readableMatches(policy).map(({ value, path }) =>
      readableItems(value.connection, [...path, 'connection']),
    ),
  ];
  return lists.flatMap((items) => {
    const seen = new Set<string>();
    return items.flatMap(({ value, path }): Finding[] => {
      if (!seen.has(value)) {
        seen.add(value);
        return [];
      }
      const message = `connection ${quote(value)} is already in this list`;
      const fix = 'remove it, or replace it by the connection that was meant';
      return [{ path, at: 'value', code: 'connection-twice', message, fix }];
    });
  });
}

/** A connection that one party has for itself belongs to one owner, because it identifies the owner. */
export function noConnectionOfTwoOwners(policy: PartialPolicy): Finding[] {
  const first = new Map<string, string>();
  return readableOwners(policy).flatMap((owner) => {
    const name = String(owner.path.at(-1));
    return readableItems(owner.value.connections, [...owner.path, 'connections']).flatMap(
      ({ value, path }): Finding[] => {
        const other = first.get(value) ?? name;
        first.set(value, other);
        if (other === name) return [];
        const message = `connection ${quote(value)} is listed for owner ${quote(other)} and owner ${quote(name)}`;
        const fix =
          "if one of them has it for itself, keep it there; if it is a carrier's, list it in `sharedConnections` of each";
        return [{ path, at: 'value', code: 'connection-of-two', message, fix }];
      },
    );
  });
}

/** A grant can only match connections of its owner. */
export function noConnectionOfOtherOwner(policy: PartialPolicy): Finding[] {
  return readableOwners(policy).flatMap((owner) => {
    const own = connectionsOf(owner.value);
    // A connection that cannot be read may be the one in the grant.
    if (own === null) return [];
    return readableGrants(owner)
      .flatMap(({ value, path }) => readableItems(value.match?.connection, [...path, 'match', 'connection']))
      .filter(({ value }) => !own.has(value))
      .map(({ value, path }) => ({
        path,
        at: 'value',
        code: 'connection-of-other',
        message: `connection ${quote(value)} is not among those of owner ${quote(String(owner.path.at(-1)))}`,
        fix: "add it to the owner's `connections` or `sharedConnections` if that owner makes requests on it, or remove it",
      }));
  });
}

/** The connections of both lists; `null`: one of them cannot be read. */
function connectionsOf(owner: PartialOwner): ReadonlySet<string> | null {
  const lists = CONNECTION_LISTS.filter((list) => Object.hasOwn(owner, list));
  const read = [owner.connections, owner.sharedConnections].filter((list) => list !== undefined);
  const all = read.flat().filter((connection) => connection !== undefined);
  const isWhole = read.length === lists.length && lists.length > 0 && all.length === read.flat().length;
  return isWhole ? new Set(all) : null;
}

/** A field that the provider never returns would match nothing in a grant, and everything in a hold rule. */
export function noUnreturnedField(policy: PartialPolicy): Finding[] {
  const provider = policy.recipient?.provider;
  if (provider === undefined) return [];
  return readableMatches(policy).flatMap(({ value, path }) =>
    MATCH_FIELD_NAMES.filter((field) => Object.hasOwn(value, field) && !returnsField(provider, field)).map(
      (field) => ({
        path: [...path, field],
        at: 'value',
        code: 'unreturned-field',
        message: `\`${provider}\` never returns \`${field}\`, so it cannot be matched`,
        fix: 'remove it',
      }),
    ),
  );
}

/** What an owner may advertise can be checked only where the provider lists routes. */
export function noUnlistedRoutes(policy: PartialPolicy): Finding[] {
  const provider = policy.recipient?.provider;
  if (provider === undefined || PROVIDER_TRAITS[provider].listsRoutes) return [];
  return readableOwners(policy)
    .flatMap(readableGrants)
    .flatMap(({ value, path }) =>
      ADVERTISED_KEYS.filter((key) => Object.hasOwn(value, key)).map(
        (key): Finding => ({
          path: [...path, key],
          at: 'value',
          code: 'unlisted-routes',
          message: `\`${provider}\` does not list what an owner advertises, so \`${key}\` cannot be checked`,
          fix: 'remove it, and filter the routes where the traffic of the owner arrives',
        }),
      ),
    );
}

/** A grant is valid at some time: it does not end before it begins. */
export function noEmptyInterval(policy: PartialPolicy): Finding[] {
  return readableOwners(policy)
    .flatMap(readableGrants)
    .flatMap(({ value, path }): Finding[] => {
      const from = value.from === undefined ? null : parseInstant(value.from);
      const until = value.until === undefined ? null : parseInstant(value.until);
      if (from === null || until === null || Date.parse(from) < Date.parse(until)) return [];
      const message = `the grant is never valid: it ends at ${until} and begins at ${from}`;
      const fix = 'write an `until` that is later than `from`';
      return [{ path: [...path, 'until'], at: 'value', code: 'empty-interval', message, fix }];
    });
}

/** A hold rule has a field that selects requests: to hold everything is what `freeze` is for. */
export function noEmptyHoldRule(policy: PartialPolicy): Finding[] {
  return readableItems(policy.hold, ['hold'])
    .filter(({ value }) => Object.keys(value).every((key) => key === 'reason'))
    .map(({ path }) => ({
      path,
      at: 'value',
      code: 'no-predicate',
      message: 'the hold rule does not select any requests',
      fix: 'add a field such as `connection:`; `freeze: true` holds everything',
    }));
}
