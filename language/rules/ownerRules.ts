import { quote } from '../../core/printableText.ts';
import type { Finding } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { type PartialPolicy, readableGrants, readableMatches, readableOwners } from '../partialPolicy.ts';
import { readableItems } from '../readDocument.ts';

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

/** A connection is in a list once: a repeated one was probably meant as another. */
export function noDuplicateConnection(policy: PartialPolicy): Finding[] {
  const lists = [
    ...readableOwners(policy).map(({ value, path }) =>
      readableItems(value.connections, [...path, 'connections']),
    ),
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

/** A connection belongs to one owner, because it identifies the owner. */
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
        const fix = 'keep it in the list of the owner that owns it';
        return [{ path, at: 'value', code: 'connection-of-two', message, fix }];
      },
    );
  });
}

/** A grant can only match connections of its owner. */
export function noConnectionOfOtherOwner(policy: PartialPolicy): Finding[] {
  return readableOwners(policy).flatMap((owner) => {
    const { connections } = owner.value;
    // A connection that cannot be read may be the one in the grant.
    if (connections === undefined || connections.includes(undefined)) return [];
    const own = new Set(connections);
    return readableGrants(owner)
      .flatMap(({ value, path }) => readableItems(value.match?.connection, [...path, 'match', 'connection']))
      .filter(({ value }) => !own.has(value))
      .map(({ value, path }) => ({
        path,
        at: 'value',
        code: 'connection-of-other',
        message: `connection ${quote(value)} is not among those of owner ${quote(String(owner.path.at(-1)))}`,
        fix: "add it to the owner's `connections` if that owner owns it, or remove it",
      }));
  });
}
