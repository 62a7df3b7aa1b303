import { stringify } from 'yaml';
import type { Match } from '../../core/fields/evaluateMatch.ts';
import { formatRange } from '../../core/fields/matchField.ts';
import type { Grant, Owner, Policy } from '../../core/policy.ts';

/** Converts a compiled policy to YAML as a person could write it, in block or flow style. */
export function asYaml(
  { recipient, freeze, limits, owners, hold }: Policy,
  style: 'lines' | 'braces',
): string {
  const { provider, region, account } = recipient;
  const written = {
    version: 1,
    recipient: { provider, region, account },
    freeze,
    limits,
    owners: Object.fromEntries(owners.map((owner) => [owner.name, ownerOf(owner, provider)])),
    ...(hold.length === 0 ? {} : { hold: hold.map(({ match }) => matchOf(match, provider)) }),
  };
  return style === 'lines'
    ? `# kept\n${stringify(written, { aliasDuplicateObjects: false })}`
    : JSON.stringify(written);
}

function ownerOf(
  { account, connections, sharedConnections, limit, grants }: Owner,
  provider: string,
): object {
  return {
    ...(account === null ? {} : { account }),
    ...(connections.length === 0 ? {} : { connections }),
    ...(sharedConnections.length === 0 ? {} : { sharedConnections }),
    ...(limit === null ? {} : { limit }),
    grants: Object.fromEntries(grants.map((grant) => [grant.name, grantOf(grant, provider)])),
  };
}

function grantOf({ type, gateway, match, limit, from, until }: Grant, provider: string): object {
  const wanted = matchOf(match, provider);
  return {
    ...(type === 'private' ? {} : { type }),
    gateway,
    ...(Object.keys(wanted).length === 0 ? {} : { match: wanted }),
    ...(limit === null ? {} : { limit }),
    ...(from === null ? {} : { from }),
    ...(until === null ? {} : { until }),
  };
}

function matchOf(match: Match, provider: string): object {
  const { vlan, asn, mtu, tags, ...others } = match;
  const given = {
    ...others,
    vlan: vlan?.map(writtenRange) ?? null,
    asn: asn?.map(writtenRange) ?? null,
    ...(provider === 'aws' ? { mtu, tags } : {}),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function writtenRange(range: readonly [number, number]): number | string {
  return range[0] === range[1] ? range[0] : formatRange(range);
}
