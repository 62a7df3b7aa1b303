import { quote } from '../../core/printableText.ts';
import { gatewayKind } from '../../core/resourceIds.ts';
import type { Finding } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { type AtPath, readableEntries } from '../partialDocument.ts';
import {
  gatewayReferences,
  type PartialGrant,
  type PartialOwner,
  type PartialPolicy,
} from '../partialPolicy.ts';

/** OUTSCALE has virtual private gateways only, so a policy for it cannot name a Direct Connect gateway. */
export function noForeignGatewayKind(draft: PartialPolicy): Finding[] {
  if (draft.recipient?.provider !== 'outscale') return [];
  return [...named(draft), ...gatewayReferences(draft)]
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
export function noDuplicateGateway(draft: PartialPolicy): Finding[] {
  const first = new Map<string, string>();
  return named(draft).flatMap(({ value, path }): Finding[] => {
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
export function noUndefinedGateway(draft: PartialPolicy): Finding[] {
  // If `gateways` cannot be read, it may define the name.
  if (Object.hasOwn(draft, 'gateways') && draft.gateways === undefined) return [];
  const names = Object.keys(draft.gateways ?? {});
  const defined = new Set(names);
  return gatewayReferences(draft)
    .filter(({ value }) => gatewayKind(value) === null && !defined.has(value))
    .map(({ value, path }) => {
      const slip = findNearest(value, names);
      return {
        path,
        at: 'value',
        code: 'undefined-gateway',
        message: `no gateway is named ${quote(value)}`,
        fix:
          slip === null ? `add it under \`gateways\`: \`${value}: vgw-…\`` : `did you mean ${quote(slip)}?`,
      };
    });
}

/** Every gateway name that is defined is used: an unused one can mean that a grant was forgotten. */
export function noUnusedGateway(draft: PartialPolicy): Finding[] {
  if (!isEveryReferenceRead(draft)) return [];
  const ids = new Map(Object.entries(draft.gateways ?? {}));
  const used = new Set(gatewayReferences(draft).flatMap(({ value }) => [value, ids.get(value)]));
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
  const givers = owners === undefined ? [undefined] : Object.values(owners).flatMap(giversOf);
  return givers.every((giver) => giver?.gateway !== undefined);
}

function giversOf(owner: PartialOwner | undefined): (PartialOwner | PartialGrant | undefined)[] {
  if (owner === undefined || !Object.hasOwn(owner, 'grants')) return [owner];
  const grants = owner.grants === undefined ? [undefined] : Object.values(owner.grants);
  return Object.hasOwn(owner, 'gateway') ? [owner, ...grants] : grants;
}

function named(draft: PartialPolicy): AtPath<string>[] {
  return readableEntries(draft.gateways, ['gateways']);
}
