import * as z from 'zod';
import { PROVIDERS } from '../core/model.ts';
import { quote } from '../core/printableText.ts';
import { ACCOUNT } from '../core/resourceIds.ts';
import { holdRuleKeys, matchKeys } from './fields/matchFields.ts';
import { connectionList, GATEWAY_NAME_HINTS, gatewayId, gatewayReference } from './idSchemas.ts';
import { checkDuration, checkInstant, DURATION_HINTS, INSTANT_HINTS } from './isoTime.ts';
import {
  checkedText,
  NAME_HINTS,
  nonEmptyList,
  nonEmptyMap,
  patternText,
  plainText,
  type SchemaHints,
} from './scalarSchemas.ts';

/** The policy file as it is written. Names and everything that joins two places are checked by the rules. */

const NAMED: SchemaHints = { propertyNames: NAME_HINTS };

const WRITE_ACCOUNT = 'write its 12 digits in quotes, as in "012345678901"';

const account = (description: string) =>
  patternText(description, ACCOUNT, (value) => ({
    code: 'account',
    message: `${quote(value)} is no account ID`,
    fix: WRITE_ACCOUNT,
  })).meta({ errorMessage: WRITE_ACCOUNT });

const limit = (description: string) => z.int().min(0).describe(description);

const instant = (description: string) => checkedText(description, checkInstant, INSTANT_HINTS);

const recipient = z
  .strictObject({
    provider: z.enum(PROVIDERS).describe('Whose API is called.'),
    region: patternText('Region of the provider, such as `eu-west-2`.', /^[a-z0-9][a-z0-9-]*$/, (value) => ({
      code: 'region',
      message: `${quote(value)} is no region`,
      fix: 'write it as the provider does, such as `eu-west-2`',
    })),
    account: account('The account that receives requests: 12 digits in quotes.'),
    credentials: nonEmptyMap(
      z.strictObject({
        secret: plainText(
          'OUTSCALE: name of the secret that holds `{"accessKey": "…", "secretKey": "…"}`.',
        ).optional(),
        role: patternText(
          'AWS: ARN of the role to assume. Without it the function uses its own.',
          /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/,
          (value) => ({
            code: 'role',
            message: `${quote(value)} is no ARN of a role`,
            fix: 'write it as in `arn:aws:iam::012345678901:role/vif-acceptor`',
          }),
        ).optional(),
        externalId: plainText('AWS: external ID that the role demands.').optional(),
      }),
      'How the function signs in. The command line brings its own keys.',
      { dependencies: { externalId: ['role'] } },
    ).optional(),
    expiry: checkedText(
      'How long a request stands before it expires, such as `P7D`. When absent: `P7D` on OUTSCALE, for ever on AWS.',
      checkDuration,
      DURATION_HINTS,
    ).optional(),
  })
  .describe('Who receives the requests that this policy judges.');

const grant = z
  .strictObject({
    gateway: gatewayReference,
    match: nonEmptyMap(
      z.strictObject(matchKeys),
      'What the request must be: all of the fields, any value within a field. Absent: anything.',
    ).optional(),
    limit: limit('Live virtual interfaces under this grant at most.').optional(),
    ticket: plainText('Where this grant was agreed.').optional(),
    from: instant('The grant holds from this instant on, it included.').optional(),
    until: instant('The grant holds up to this instant, it excluded.').optional(),
  })
  .describe('A gateway, and which requests get it.');

const owner = z
  .strictObject({
    account: account("The owner's account, checked wherever the API reveals it.").optional(),
    connections: connectionList('What identifies the owner: the connections that it owns.'),
    contact: plainText('Whom to ask.').optional(),
    limit: limit('Live virtual interfaces of this owner at most.').optional(),
    gateway: gatewayReference
      .describe('Short for one grant named `default` without `match`. Instead of `grants`.')
      .optional(),
    grants: nonEmptyMap(z.record(z.string(), grant), 'What the owner may have, by name.', NAMED).optional(),
  })
  .meta({
    description: 'A party that owns connections and may ask.',
    oneOf: requiring('write `gateway:`, or `grants:` with at least one', ['gateway', 'grants']),
  });

const holdLine = z
  .strictObject({
    ...holdRuleKeys,
    reason: plainText('Why, for whoever reads the report.').optional(),
  })
  .meta({
    description: 'Requests to hold: those for which no field is a definite no.',
    anyOf: requiring(
      'add a field such as `connection:`; `freeze: true` holds everything',
      Object.keys(holdRuleKeys),
    ),
  });

export const policySchema = z
  .strictObject({
    version: z.literal(1).describe('Version of the policy language.'),
    recipient,
    freeze: z.boolean().meta({ description: '`true` holds everything.', default: false }).optional(),
    limits: nonEmptyMap(
      z.strictObject({
        acceptsPerPass: limit('Requests accepted in one pass at most.').meta({ default: 10 }).optional(),
      }),
      'Limits of the target as a whole.',
    ).optional(),
    gateways: nonEmptyMap(
      z.record(z.string(), gatewayId),
      'Names for gateways. A grant must give every one, under its name or its ID.',
      {
        propertyNames: GATEWAY_NAME_HINTS,
      },
    ).optional(),
    owners: nonEmptyMap(z.record(z.string(), owner), 'Who may ask, by name.', NAMED),
    hold: nonEmptyList(holdLine, 'Always held, whatever a grant says.').optional(),
  })
  .describe('Policy of one target: who may attach virtual interfaces to which gateways.');

/** One key of these, as JSON Schema says it. */
function requiring(errorMessage: string, keys: readonly string[]): SchemaHints[] {
  return keys.map((key) => ({ required: [key], errorMessage }));
}

export type WrittenPolicy = z.output<typeof policySchema>;
export type WrittenOwner = WrittenPolicy['owners'][string];
export type WrittenGrant = NonNullable<WrittenOwner['grants']>[string];
