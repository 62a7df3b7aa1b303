import { canonicalJson } from '../core/json.ts';
import { type Grant, type HoldRule, type Owner, POLICY_FORMAT, type Policy } from '../core/policy.ts';
import { compareByCodePoint } from '../core/printableText.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import { normaliseMatch, type WrittenMatch } from './fields/matchFields.ts';
import { parseDuration, parseInstant } from './isoTime.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from './policySchema.ts';
import { sortedEntries, sortedSet } from './scalarSchemas.ts';

const OUTSCALE_EXPIRY = 'P7D';
const ACCEPTS_PER_RUN = 10;

type Resolved = Pick<Grant, 'gateway' | 'gatewayName'>;
/** by name and by ID: a policy can use either */
type Gateways = ReadonlyMap<string, Resolved>;

/** The compiled form of a policy without errors. Policies that mean the same have the same compiled form. */
export function normalisePolicy(target: string, written: WrittenPolicy): Policy {
  const { recipient } = written;
  const gateways = gatewaysOf(written);
  const { provider, region, account } = recipient;
  const expiry = recipient.expiry ?? (provider === 'outscale' ? OUTSCALE_EXPIRY : null);
  return {
    format: POLICY_FORMAT,
    target,
    recipient: {
      provider,
      region,
      account,
      credentials: credentialsOf(recipient.credentials),
      expiry: expiry === null ? null : parseDuration(expiry),
    },
    freeze: written.freeze ?? false,
    limits: { acceptsPerRun: written.limits?.acceptsPerRun ?? ACCEPTS_PER_RUN },
    owners: sortedEntries(written.owners).map(([name, owner]) => ownerOf(name, owner, gateways)),
    hold: holdOf(written.hold ?? []),
  };
}

function credentialsOf(
  written: WrittenPolicy['recipient']['credentials'],
): Policy['recipient']['credentials'] {
  if (written?.secret !== undefined) return { secret: written.secret };
  if (written?.role !== undefined) return { role: written.role, externalId: written.externalId ?? null };
  return null;
}

function ownerOf(name: string, written: WrittenOwner, gateways: Gateways): Owner {
  const grants =
    written.gateway === undefined ? (written.grants ?? {}) : { default: { gateway: written.gateway } };
  return {
    name,
    account: written.account ?? null,
    connections: sortedSet(written.connections),
    contact: written.contact ?? null,
    limit: written.limit ?? null,
    grants: sortedEntries<WrittenGrant>(grants).map(([grant, one]) => grantOf(grant, one, gateways)),
  };
}

function grantOf(name: string, written: WrittenGrant, gateways: Gateways): Grant {
  return {
    name,
    ...resolved(written.gateway, gateways),
    match: normaliseMatch(written.match ?? {}),
    limit: written.limit ?? null,
    ticket: written.ticket ?? null,
    from: written.from === undefined ? null : parseInstant(written.from),
    until: written.until === undefined ? null : parseInstant(written.until),
  };
}

function gatewaysOf({ gateways = {} }: WrittenPolicy): Gateways {
  const named = Object.entries(gateways).map(([gatewayName, gateway]) => ({ gateway, gatewayName }));
  return new Map(named.flatMap((one) => [[one.gatewayName, one] as const, [one.gateway, one] as const]));
}

function resolved(reference: string, gateways: Gateways): Resolved {
  const { gateway, gatewayName } = gateways.get(reference) ?? { gateway: reference, gatewayName: null };
  if (gatewayKind(gateway) === null)
    throw new Error(`the rules did not reject the undefined gateway ${gateway}`);
  return { gateway, gatewayName };
}

/** Hold rules in a canonical order, each once: their order in the file has no meaning. */
function holdOf(written: readonly WrittenHoldLine[]): HoldRule[] {
  const byText = new Map(written.map(normaliseHoldRule).map((line) => [canonicalJson(line), line]));
  return [...byText].sort(([a], [b]) => compareByCodePoint(a, b)).map(([, line]) => line);
}

type WrittenHoldLine = WrittenMatch & { readonly reason?: string | undefined };

/** The compiled form of one hold rule. */
export function normaliseHoldRule({ reason, ...match }: WrittenHoldLine): HoldRule {
  return { match: normaliseMatch(match), reason: reason ?? null };
}
