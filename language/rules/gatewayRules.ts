import { KINDS } from '../../core/kinds.ts';
import { quote } from '../../core/printableText.ts';
import { PROVIDER_TRAITS } from '../../core/providers.ts';
import { type GatewayKind, gatewayKind } from '../../core/resourceIds.ts';
import type { Finding } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import {
  gatewayReferences,
  type PartialGrant,
  type PartialOwner,
  type PartialPolicy,
  readableGrants,
  readableOwners,
} from '../policySchema.ts';
import { type AtPath, readableEntries } from '../readDocument.ts';

const KIND_NAMES: Readonly<Record<GatewayKind, string>> = {
  virtual: 'virtual private gateway',
  directConnect: 'Direct Connect gateway',
};

const KIND_FORMS: Readonly<Record<GatewayKind, string>> = { virtual: '`vgw-…`', directConnect: 'a UUID' };

/** Every gateway is of a kind that the provider has: OUTSCALE has no Direct Connect gateways. */
export function noForeignGatewayKind(policy: PartialPolicy): Finding[] {
  const provider = policy.recipient?.provider;
  if (provider === undefined) return [];
  const { gatewayKinds, title } = PROVIDER_TRAITS[provider];
  const allowed = [...gatewayKinds].map((kind) => `${KIND_NAMES[kind]} (${KIND_FORMS[kind]})`).join(' or ');
  return [...readableGateways(policy), ...gatewayReferences(policy)].flatMap(({ value, path }): Finding[] => {
    const kind = gatewayKind(value);
    if (kind === null || gatewayKinds.has(kind)) return [];
    const message = `${quote(value)} is a ${KIND_NAMES[kind]}, which ${title} does not have`;
    return [{ path, at: 'value', code: 'foreign-gateway', message, fix: `write the ID of a ${allowed}` }];
  });
}

/** Every grant is for a type of interface that the provider has, and its gateway is of a kind for that type. */
export function requireGatewayForType(policy: PartialPolicy): Finding[] {
  const provider = policy.recipient?.provider;
  const ids = new Map(Object.entries(policy.gateways ?? {}));
  const grants = readableOwners(policy).flatMap(readableGrants);
  return grants.flatMap(({ value: { type, gateway }, path }): Finding[] => {
    if (type === undefined) return [];
    if (provider !== undefined && !PROVIDER_TRAITS[provider].kinds.has(type)) {
      const message = `${type} interfaces do not exist on ${PROVIDER_TRAITS[provider].title}`;
      const fix = 'remove `type`: the grant is then for private interfaces';
      return [{ path: [...path, 'type'], at: 'value', code: 'foreign-type', message, fix }];
    }
    if (gateway === undefined) return [];
    const kind = gatewayKind(ids.get(gateway) ?? gateway);
    const { gatewayKinds } = KINDS[type];
    if (kind === null || gatewayKinds.has(kind)) return [];
    const usable = [...gatewayKinds].map((one) => `a ${KIND_NAMES[one]} (${KIND_FORMS[one]})`).join(' or ');
    const message = `a ${type} interface cannot be attached to ${quote(gateway)}, a ${KIND_NAMES[kind]}`;
    const fix = `write the ID of ${usable}, or remove \`type\``;
    return [{ path: [...path, 'gateway'], at: 'value', code: 'type-gateway', message, fix }];
  });
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
