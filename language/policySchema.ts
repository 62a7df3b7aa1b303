import * as z from 'zod';
import { INTERFACE_KINDS } from '../core/kinds.ts';
import { PROVIDERS } from '../core/model.ts';
import { quote } from '../core/printableText.ts';
import { ACCOUNT } from '../core/resourceIds.ts';
import { holdRuleKeys, matchKeys, type WrittenMatch } from './fields/matchFields.ts';
import { addressBlock } from './fields/peers.ts';
import { checkDuration, checkInstant, DURATION_HINTS, INSTANT_HINTS } from './isoTime.ts';
import { type AtPath, type PartialDocument, readableEntries, readableItems } from './readDocument.ts';
import {
  checkedText,
  connectionList,
  GATEWAY_NAME_HINTS,
  gatewayId,
  gatewayReference,
  NAME_HINTS,
  nonEmptyList,
  nonEmptyMap,
  patternText,
  plainText,
  type SchemaHints,
} from './scalarSchemas.ts';

/** The schema of a policy file. Names, and everything that relates two parts of the file, are checked by the rules. */

const NAMED: SchemaHints = { propertyNames: NAME_HINTS };

const WRITE_ACCOUNT = 'write its 12 digits in quotes, as in "012345678901"';

const account = (description: string) =>
  patternText(description, ACCOUNT, (value) => ({
    code: 'account',
    message: `${quote(value)} is not an account ID`,
    fix: WRITE_ACCOUNT,
  })).meta({ errorMessage: WRITE_ACCOUNT });

const limit = (description: string) => z.int().min(0).describe(description);

const instant = (description: string) => checkedText(description, checkInstant, INSTANT_HINTS);

const recipient = z
  .strictObject({
    provider: z.enum(PROVIDERS).describe('The provider whose API is called.'),
    region: patternText('Region of the provider, such as `eu-west-2`.', /^[a-z0-9][a-z0-9-]*$/, (value) => ({
      code: 'region',
      message: `${quote(value)} is not a region`,
      fix: 'write it as the provider does, such as `eu-west-2`',
    })),
    account: account('The account that receives requests: 12 digits in quotes.'),
    credentials: nonEmptyMap(
      z.strictObject({
        secret: plainText(
          'OUTSCALE: name of the secret that holds `{"accessKey": "…", "secretKey": "…"}`.',
        ).optional(),
        entry: plainText(
          'OUTSCALE: name of the entry, in a secret that holds the keys of several targets, `{"ENTRY": {"accessKey": "…", "secretKey": "…"}}`.',
        ).optional(),
        role: patternText(
          'AWS: ARN of the role to assume. Without it the function uses its own.',
          /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/,
          (value) => ({
            code: 'role',
            message: `${quote(value)} is not the ARN of a role`,
            fix: 'write it as in `arn:aws:iam::012345678901:role/vif-acceptor`',
          }),
        ).optional(),
        externalId: plainText('AWS: external ID that the role requires.').optional(),
      }),
      'Where the function finds its credentials. The command line uses its own.',
      { dependencies: { externalId: ['role'], entry: ['secret'] } },
    ).optional(),
    expiry: checkedText(
      'Time until a pending request expires, such as `P7D`. When absent: `P7D` on OUTSCALE, never on AWS.',
      checkDuration,
      DURATION_HINTS,
    ).optional(),
  })
  .describe('The account whose requests this policy decides on.');

/** The keys of a grant that say what its owner may advertise: they decide no request. */
export const ADVERTISED_KEYS = ['routes', 'maxPrefixes'] as const;

const grant = z
  .strictObject({
    type: z
      .enum(INTERFACE_KINDS)
      .meta({
        description: 'Type of the interfaces. `transit`: AWS only, with a Direct Connect gateway.',
        default: 'private',
      })
      .optional(),
    gateway: gatewayReference,
    match: nonEmptyMap(
      z.strictObject(matchKeys),
      'Conditions on the request: all of the fields must match, each by any of its values. When absent: any request.',
    ).optional(),
    limit: limit('Maximum number of live virtual interfaces under this grant.').optional(),
    routes: nonEmptyList(
      addressBlock,
      'AWS: the prefixes that the owner may advertise over an accepted interface, each within one of these blocks. Others are reported. No decision depends on it.',
    ).optional(),
    maxPrefixes: limit(
      'AWS: maximum number of prefixes that the owner may advertise over one interface. More are reported. No decision depends on it.',
    ).optional(),
    ticket: plainText('Reference to where this grant was agreed.').optional(),
    from: instant("Start of the grant's validity (inclusive).").optional(),
    until: instant("End of the grant's validity (exclusive).").optional(),
  })
  .describe('A gateway, and the requests that get it.');

/** The part of the rule about pins that JSON Schema can express: a grant that names no connection has a pin. */
const PINNED: SchemaHints = {
  not: { required: ['gateway'] },
  properties: {
    grants: {
      additionalProperties: {
        required: ['match'],
        properties: {
          match: {
            anyOf: [
              { required: ['id'] },
              { required: ['bgpKey'], properties: { bgpKey: { not: { const: 'required' } } } },
              { required: ['connection'] },
            ],
          },
        },
        errorMessage: 'add `id:` or the digest of an agreed key to `match`: it applies on shared connections',
      },
    },
  },
};

const owner = z
  .strictObject({
    account: account("The owner's account, checked wherever the API reveals it.").optional(),
    connections: connectionList(
      'The connections on which only this owner can make requests: they identify it.',
    ).optional(),
    sharedConnections: connectionList(
      'The connections of a carrier, on which its other customers can make requests too: there, every grant needs a pin.',
    ).optional(),
    contact: plainText('Contact of the owner, for questions.').optional(),
    limit: limit('Maximum number of live virtual interfaces of this owner.').optional(),
    gateway: gatewayReference
      .describe(
        'Shorthand for a single grant named `default` without `match`. Use either `gateway` or `grants`.',
      )
      .optional(),
    grants: nonEmptyMap(z.record(z.string(), grant), 'The grants of this owner, by name.', NAMED).optional(),
  })
  .meta({
    description: 'A party that may make requests, on connections of its own or of a carrier.',
    oneOf: requiring('write `gateway:`, or `grants:` with at least one', ['gateway', 'grants']),
    anyOf: requiring('write `connections:`, or `sharedConnections:` for those of a carrier', [
      'connections',
      'sharedConnections',
    ]),
    dependencies: { sharedConnections: PINNED },
  });

const holdRule = z
  .strictObject({
    ...holdRuleKeys,
    reason: plainText('Why such requests are held, for the reader of a report.').optional(),
  })
  .meta({
    description:
      'Requests to hold. The rule applies unless at least one of its fields definitely does not match.',
    anyOf: requiring(
      'add a field such as `connection:`; `freeze: true` holds everything',
      Object.keys(holdRuleKeys),
    ),
  });

export const policySchema = z
  .strictObject({
    version: z.literal(1).describe('The version of the policy language.'),
    recipient,
    freeze: z.boolean().meta({ description: '`true` holds everything.', default: false }).optional(),
    limits: nonEmptyMap(
      z.strictObject({
        acceptsPerRun: limit('Maximum number of requests accepted in one run.')
          .meta({ default: 10 })
          .optional(),
      }),
      'Limits of the target as a whole.',
    ).optional(),
    gateways: nonEmptyMap(
      z.record(z.string(), gatewayId),
      'Names for gateways. Each must be used by a grant, under its name or its ID.',
      {
        propertyNames: GATEWAY_NAME_HINTS,
      },
    ).optional(),
    owners: nonEmptyMap(z.record(z.string(), owner), 'The parties that may make requests, by name.', NAMED),
    hold: nonEmptyList(
      holdRule,
      'Hold rules: matching requests are held, even if a grant matches.',
    ).optional(),
  })
  .describe('The policy of one target: who may attach virtual interfaces to which gateways.');

/** At least one of these keys, as JSON Schema expresses it. */
function requiring(errorMessage: string, keys: readonly string[]): SchemaHints[] {
  return keys.map((key) => ({ required: [key], errorMessage }));
}

export type WrittenPolicy = z.output<typeof policySchema>;
export type WrittenOwner = WrittenPolicy['owners'][string];
export type WrittenGrant = NonNullable<WrittenOwner['grants']>[string];

/** A policy of which parts may be missing or invalid. */
export type PartialPolicy = PartialDocument<WrittenPolicy>;
export type PartialOwner = PartialDocument<WrittenOwner>;
export type PartialGrant = PartialDocument<WrittenGrant>;
export type PartialMatch = PartialDocument<WrittenMatch>;

/** The owners that could be read. */
export function readableOwners(policy: PartialPolicy): AtPath<PartialOwner>[] {
  return readableEntries(policy.owners, ['owners']);
}

/** The grants of an owner that could be read. */
export function readableGrants({ value, path }: AtPath<PartialOwner>): AtPath<PartialGrant>[] {
  return readableEntries(value.grants, [...path, 'grants']);
}

/** Every `match`, and every hold rule, which has the same fields. */
export function readableMatches(policy: PartialPolicy): AtPath<PartialMatch>[] {
  const grants = readableOwners(policy).flatMap(readableGrants);
  const matches = grants.flatMap(({ value: { match }, path }) =>
    match === undefined ? [] : [{ value: match, path: [...path, 'match'] }],
  );
  return [...matches, ...readableItems(policy.hold, ['hold'])];
}

/** Every reference to a gateway, by owner and by grant. */
export function gatewayReferences(policy: PartialPolicy): AtPath<string>[] {
  return readableOwners(policy)
    .flatMap((owner): AtPath<PartialOwner | PartialGrant>[] => [owner, ...readableGrants(owner)])
    .flatMap(({ value: { gateway }, path }) =>
      gateway === undefined ? [] : [{ value: gateway, path: [...path, 'gateway'] }],
    );
}
