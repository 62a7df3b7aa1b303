import fc, { type Arbitrary } from 'fast-check';
import { stringify } from 'yaml';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { normalisePolicy } from '../../language/normalisePolicy.ts';
import type { WrittenGrant, WrittenOwner, WrittenPolicy } from '../../language/policySchema.ts';
import { findOverlaps } from '../../language/requestSets/overlappingGrants.ts';
import { texts, writtenHolds, writtenMatches } from './writtenMatches.ts';

/** Arbitrary valid policies as a person writes them: plain objects, which `toYaml` converts to the text of a file. */

export function toYaml(written: unknown): string {
  return stringify(written, { aliasDuplicateObjects: false });
}

const digits = '0123456789'.split('');
const hex = '0123456789abcdef'.split('');
const lower = 'abcdefghijklmnopqrstuvwxyz'.split('');

const string = (units: readonly string[], minLength: number, maxLength = minLength): Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), minLength, maxLength });

const names = fc
  .tuple(string(lower, 1), string([...lower, ...digits, '-'], 0, 8))
  .map(([head, tail]) => head + tail)
  .filter((name) => !/^(vgw|dxcon|dxlag|dxvif|dxgw)-/.test(name));
const accounts = string(digits, 12);
const limits = fc.nat(50);
const virtualGateways = fc.oneof(string(hex, 8), string(hex, 17)).map((id) => `vgw-${id}`);
const connections = fc
  .tuple(fc.constantFrom('dxcon-', 'dxlag-'), string([...lower, ...digits], 1, 8))
  .map(([prefix, id]) => prefix + id);

const instants = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

function gateways(provider: Provider): Arbitrary<string> {
  return provider === 'aws' ? fc.oneof(virtualGateways, fc.uuid()) : virtualGateways;
}

/** Gateway names, each with its own ID. Unused names are removed later. */
function gatewayMaps(provider: Provider): Arbitrary<Record<string, string>> {
  return fc
    .tuple(
      fc.uniqueArray(names, { maxLength: 3 }),
      fc.uniqueArray(gateways(provider), { minLength: 3, maxLength: 3 }),
    )
    .map(([keys, ids]) => Object.fromEntries(keys.map((key, i) => [key, ids[i] ?? ''])));
}

function grants(
  provider: Provider,
  owned: readonly string[],
  references: Arbitrary<string>,
): Arbitrary<WrittenGrant> {
  return fc
    .record(
      {
        gateway: references,
        match: writtenMatches(provider, owned),
        limit: limits,
        ticket: texts,
        interval: fc.uniqueArray(instants, { minLength: 2, maxLength: 2 }),
      },
      { requiredKeys: ['gateway'] },
    )
    .map(({ interval, ...grant }) => {
      const [from, until] = interval?.sort() ?? [];
      return from === undefined || until === undefined ? grant : { ...grant, from, until };
    });
}

function owners(provider: Provider, owned: string[], references: Arbitrary<string>): Arbitrary<WrittenOwner> {
  const about = fc.record({ account: accounts, contact: texts, limit: limits }, { requiredKeys: [] });
  const given = fc.oneof(
    fc.record({ gateway: references }),
    fc.record({
      grants: fc.dictionary(names, grants(provider, owned, references), {
        minKeys: 1,
        maxKeys: 3,
        noNullPrototype: true,
      }),
    }),
  );
  return fc
    .tuple(about, given, fc.boolean())
    .map(([a, b, isSharing]) =>
      isSharing && 'grants' in b
        ? { ...a, ...withPins(b.grants), connections: owned.slice(0, 1), sharedConnections: owned.slice(1) }
        : { ...a, ...b, connections: owned },
    );
}

/** Grants that may apply on shared connections. */
function withPins(written: Readonly<Record<string, WrittenGrant>>): Pick<WrittenOwner, 'grants'> {
  const pinned = Object.entries(written).map(([name, grant]) => [
    name,
    { ...grant, match: { ...grant.match, id: ['dxvif-1a2b3c4d'] } },
  ]);
  return { grants: Object.fromEntries(pinned) };
}

function recipients(provider: Provider): Arbitrary<WrittenPolicy['recipient']> {
  const credentials =
    provider === 'outscale'
      ? fc.record(
          { secret: fc.constantFrom('vif-acceptor/outscale', 'other'), entry: texts },
          { requiredKeys: ['secret'] },
        )
      : fc.record(
          {
            role: accounts.map((account) => `arn:aws:iam::${account}:role/vif-acceptor`),
            externalId: texts,
          },
          { requiredKeys: ['role'] },
        );
  return fc.record(
    {
      provider: fc.constant(provider),
      region: fc.constantFrom('eu-west-1', 'eu-west-2', 'us-east-2'),
      account: accounts,
      credentials,
      expiry: fc.constantFrom('P7D', 'P1W', 'PT36H', 'P1DT1H1M1S'),
    },
    { requiredKeys: ['provider', 'region', 'account'] },
  );
}

/** Policies with every part of the language, each present in half of them. Grants that may conflict are removed. */
export const writtenPolicies: Arbitrary<WrittenPolicy> = fc
  .constantFrom(...PROVIDERS)
  .chain(anyPolicy)
  .filter((written) => findOverlaps(normalisePolicy('any', written)).length === 0);

function anyPolicy(provider: Provider): Arbitrary<WrittenPolicy> {
  return fc
    .tuple(
      gatewayMaps(provider),
      fc.uniqueArray(names, { minLength: 1, maxLength: 3 }),
      fc.uniqueArray(connections, { minLength: 6, maxLength: 6 }),
    )
    .chain(([named, ownerNames, all]) => {
      const keys = Object.keys(named);
      const references =
        keys.length === 0 ? gateways(provider) : fc.oneof(fc.constantFrom(...keys), gateways(provider));
      // Two connections for each owner, so that no connection has two owners.
      const each = ownerNames.map((_, i) => owners(provider, all.slice(2 * i, 2 * i + 2), references));
      return fc
        .record(
          {
            version: fc.constant(1 as const),
            recipient: recipients(provider),
            freeze: fc.boolean(),
            limits: fc.record({ acceptsPerRun: limits }),
            owners: fc
              .tuple(...each)
              .map((list) => Object.fromEntries(list.map((owner, i) => [ownerNames[i] ?? '', owner]))),
            hold: fc.array(writtenHolds(provider, all), { minLength: 1, maxLength: 3 }),
          },
          { requiredKeys: ['version', 'recipient', 'owners'] },
        )
        .map((policy) => withUsed(policy, named));
    });
}

function withUsed(policy: WrittenPolicy, named: Record<string, string>): WrittenPolicy {
  const givers = Object.values(policy.owners).flatMap((owner) => [
    owner,
    ...Object.values(owner.grants ?? {}),
  ]);
  const used = Object.entries(named).filter(([name]) => givers.some(({ gateway }) => gateway === name));
  return used.length === 0 ? policy : { ...policy, gateways: Object.fromEntries(used) };
}
