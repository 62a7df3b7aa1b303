import { canonicalJson } from '../core/json.ts';
import type { Grant, HoldRule, Owner, Policy } from '../core/policy.ts';
import { compareByCodePoint } from '../core/printableText.ts';
import { PROVIDER_TRAITS } from '../core/providers.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import { normaliseMatch, type WrittenMatch } from './fields/matchFields.ts';
import { keepOutermost } from './fields/peers.ts';
import { parseDuration, parseInstant } from './isoTime.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from './policySchema.ts';
import { sortedEntries, sortedSet } from './scalarSchemas.ts';

const ACCEPTS_PER_RUN = 10;

type ResolvedGateway = Pick<Grant, 'gateway' | 'gatewayName'>;
/** by name and by ID: a policy can use either */
type GatewayIndex = ReadonlyMap<string, ResolvedGateway>;

/** The compiled form of a policy without errors. Policies that mean the same have the same compiled form. */
export function normalisePolicy(target: string, written: WrittenPolicy): Policy {
  const { recipient } = written;
  const gateways = indexGateways(written);
  const { provider, region, account } = recipient;
  return {
    target,
    recipient: {
      provider,
      region,
      account,
      credentials: normaliseCredentials(recipient.credentials),
      expiry:
        recipient.expiry === undefined ? PROVIDER_TRAITS[provider].expiry : parseDuration(recipient.expiry),
    },
    freeze: written.freeze ?? false,
    limits: { acceptsPerRun: written.limits?.acceptsPerRun ?? ACCEPTS_PER_RUN },
    owners: sortedEntries(written.owners).map(([name, owner]) => normaliseOwner(name, owner, gateways)),
    hold: normaliseHoldRules(written.hold ?? []),
  };
}

function normaliseCredentials(
  written: WrittenPolicy['recipient']['credentials'],
): Policy['recipient']['credentials'] {
  if (written?.secret !== undefined)
    return {
      secret: written.secret,
      ...(written.entry === undefined ? {} : { entry: written.entry }),
    };
  if (written?.role !== undefined) return { role: written.role, externalId: written.externalId ?? null };
  return null;
}

function normaliseOwner(name: string, written: WrittenOwner, gateways: GatewayIndex): Owner {
  const grants =
    written.gateway === undefined ? (written.grants ?? {}) : { default: { gateway: written.gateway } };
  return {
    name,
    account: written.account ?? null,
    connections: sortedSet(written.connections ?? []),
    sharedConnections: sortedSet(written.sharedConnections ?? []),
    contact: written.contact ?? null,
    limit: written.limit ?? null,
    grants: sortedEntries<WrittenGrant>(grants).map(([grant, one]) => normaliseGrant(grant, one, gateways)),
  };
}

function normaliseGrant(name: string, written: WrittenGrant, gateways: GatewayIndex): Grant {
  return {
    name,
    type: written.type ?? 'private',
    ...resolveGateway(written.gateway, gateways),
    match: normaliseMatch(written.match ?? {}),
    limit: written.limit ?? null,
    routes: written.routes === undefined ? null : keepOutermost(written.routes),
    maxPrefixes: written.maxPrefixes ?? null,
    ticket: written.ticket ?? null,
    from: written.from === undefined ? null : parseInstant(written.from),
    until: written.until === undefined ? null : parseInstant(written.until),
  };
}

function indexGateways({ gateways = {} }: WrittenPolicy): GatewayIndex {
  const named = Object.entries(gateways).map(([gatewayName, gateway]) => ({ gateway, gatewayName }));
  return new Map(named.flatMap((one) => [[one.gatewayName, one] as const, [one.gateway, one] as const]));
}

function resolveGateway(reference: string, gateways: GatewayIndex): ResolvedGateway {
  const { gateway, gatewayName } = gateways.get(reference) ?? { gateway: reference, gatewayName: null };
  if (gatewayKind(gateway) === null)
    throw new Error(`the rules did not reject the undefined gateway ${gateway}`);
  return { gateway, gatewayName };
}

/** Hold rules in a canonical order, each once: their order in the file has no meaning. */
function normaliseHoldRules(written: readonly WrittenHoldRule[]): HoldRule[] {
  const rulesByText = new Map(written.map(normaliseHoldRule).map((rule) => [canonicalJson(rule), rule]));
  return [...rulesByText].sort(([a], [b]) => compareByCodePoint(a, b)).map(([, rule]) => rule);
}

type WrittenHoldRule = WrittenMatch & { readonly reason?: string | undefined };

/** The compiled form of one hold rule. */
export function normaliseHoldRule({ reason, ...match }: WrittenHoldRule): HoldRule {
  return { match: normaliseMatch(match), reason: reason ?? null };
}
