import { quote } from '../../core/printableText.ts';
import type { Finding } from '../diagnostic.ts';
import {
  type PartialPolicy,
  readableGrants,
  readableItems,
  readableMatches,
  readableOwners,
} from '../partialPolicy.ts';
import { findNearest } from '../unknownKeys.ts';

/** An owner has a gateway or grants: one or the other. */
export function requireGatewayOrGrants(draft: PartialPolicy): Finding[] {
  return readableOwners(draft).flatMap(({ value, path }): Finding[] => {
    const [gateway, grants] = [Object.hasOwn(value, 'gateway'), Object.hasOwn(value, 'grants')];
    if (gateway && grants) {
      const message = '`gateway` is short for one grant, and there are `grants` too';
      const fix = 'remove it, or make it a grant with a name';
      return [{ path: [...path, 'gateway'], at: 'value', code: 'gateway-and-grants', message, fix }];
    }
    // A key that is one of them misspelt is told as such.
    if (Object.keys(value).some((key) => findNearest(key, ['gateway', 'grants']) !== null)) return [];
    const message = `owner ${quote(String(path.at(-1)))} is given nothing`;
    const mend = 'add `gateway:`, or `grants:` with at least one';
    return [{ path, at: 'key', code: 'no-gateway', message, fix: mend }];
  });
}

/** A connection stands in a list once: the second is a slip for another. */
export function noDuplicateConnection(draft: PartialPolicy): Finding[] {
  const lists = [
    ...readableOwners(draft).map(({ value, path }) =>
      readableItems(value.connections, [...path, 'connections']),
    ),
    ...readableMatches(draft).map(({ value, path }) =>
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
      const message = `connection ${quote(value)} is in this list already`;
      const mend = 'remove it, or write the one that is meant';
      return [{ path, at: 'value', code: 'connection-twice', message, fix: mend }];
    });
  });
}

/** A connection identifies one owner. */
export function noConnectionOfTwoOwners(draft: PartialPolicy): Finding[] {
  const first = new Map<string, string>();
  return readableOwners(draft).flatMap((owner) => {
    const name = String(owner.path.at(-1));
    return readableItems(owner.value.connections, [...owner.path, 'connections']).flatMap(
      ({ value, path }): Finding[] => {
        const other = first.get(value) ?? name;
        first.set(value, other);
        if (other === name) return [];
        const message = `connection ${quote(value)} is both owner ${quote(other)}'s and owner ${quote(name)}'s`;
        const mend = 'leave it with the one that owns it';
        return [{ path, at: 'value', code: 'connection-of-two', message, fix: mend }];
      },
    );
  });
}

/** A grant can only concern connections of its owner. */
export function noConnectionOfOtherOwner(draft: PartialPolicy): Finding[] {
  return readableOwners(draft).flatMap((owner) => {
    const { connections } = owner.value;
    // One that cannot be read could be the one that is meant.
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
        fix: "add it to the owner's `connections` if it is theirs, or remove it",
      }));
  });
}
