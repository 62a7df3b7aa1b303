import { quote } from '../../core/printableText.ts';
import { gatewayKind } from '../../core/resourceIds.ts';
import type { Finding } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import {
  gatewayReferences,
  type PartialGrant,
  type PartialOwner,
  type PartialPolicy,
} from '../partialPolicy.ts';
import { type AtPath, readableEntries } from '../readDocument.ts';

/** OUTSCALE has virtual private gateways only, so a policy for it cannot name a Direct Connect gateway. */
export function noForeignGatewayKind(policy: PartialPolicy): Finding[] {
  if (policy.recipient?.provider !== 'outscale') return [];
  return [...readableGateways(policy), ...gatewayReferences(policy)]
    .filter(({ value }) => gatewayKind(value) === 'directConnect')
    .map(({ value, path }) => ({
      path,
      at: 'value',
      code: 'foreign-gateway',
      message: `${quote(value)} is a Direct Connect gateway, which OUTSCALE does not have`,
      fix: 'write the ID of a virtual private gateway (`vgw-…`)',
    }));
}

/** A gateway has one name at most, by which reports show it. */
export function noDuplicateGateway(policy: PartialPolicy): Finding[] {
  const first = new Map<string, string>();
  return readableGateways(policy).flatMap(({ value, path }): Finding[] => {
    const name = String(path.at(-1));
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, name);
      return [];
    }
    const message = `gateway ${quote(value)} already has the name \`${earlier}\``;
    return [{ path, at: 'value', code: 'same-gateway', message, fix: 'keep one of the two names' }];
  });
}

/** Every gateway name that is used is defined. */
export function noUndefinedGateway(policy: PartialPolicy): Finding[] {
  // If `gateways` cannot be read, it may define the name.
  if (Object.hasOwn(policy, 'gateways') && policy.gateways === undefined) return [];
  const names = Object.keys(policy.gateways ?? {});
  const defined = new Set(names);
  return gatewayReferences(policy)
    .filter(({ value }) => gatewayKind(value) === null && !defined.has(value))
    .map(({ value, path }) => {
      const meant = findNearest(value, names);
      return {
        path,
        at: 'value',
        code: 'undefined-gateway',
        message: `no gateway is named ${quote(value)}`,
        fix:
          meant === null ? `add it under \`gateways\`: \`${value}: vgw-…\`` : `did you mean ${quote(meant)}?`,
      };
    });
}

/** Every gateway name that is defined is used: an unused one can mean that a grant was forgotten. */
export function noUnusedGateway(policy: PartialPolicy): Finding[] {
  if (!isEveryReferenceRead(policy)) return [];
  const ids = new Map(Object.entries(policy.gateways ?? {}));
  const used = new Set(gatewayReferences(policy).flatMap(({ value }) => [value, ids.get(value)]));
  return [...ids]
    .filter(([name, id]) => !used.has(name) && (id === undefined || !used.has(id)))
    .map(([name]) => ({
      path: ['gateways', name],
      at: 'value',
      code: 'unused-gateway',
      message: `no grant uses gateway ${quote(name)}`,
      fix: 'remove it, or use it in a grant',
    }));
}

/** Whether every reference to a gateway could be read: one that could not may use any gateway. */
function isEveryReferenceRead({ owners }: PartialPolicy): boolean {
  const users = owners === undefined ? [undefined] : Object.values(owners).flatMap(gatewayUsersOf);
  return users.every((user) => user?.gateway !== undefined);
}

function gatewayUsersOf(owner: PartialOwner | undefined): (PartialOwner | PartialGrant | undefined)[] {
  if (owner === undefined || !Object.hasOwn(owner, 'grants')) return [owner];
  const grants = owner.grants === undefined ? [undefined] : Object.values(owner.grants);
  return Object.hasOwn(owner, 'gateway') ? [owner, ...grants] : grants;
}

function readableGateways(policy: PartialPolicy): AtPath<string>[] {
  return readableEntries(policy.gateways, ['gateways']);
}
