import * as z from 'zod';
import { ACCOUNT } from '../lambda/core/ids.ts';
import { PROVIDERS } from '../lambda/core/model.ts';
import { quote } from '../lambda/core/text.ts';
import { connectionId } from './connection.ts';
import { holdShape, matchShape } from './fields/match.ts';
import { gatewayId, gatewayReference } from './gateway.ts';
import { filledList, filledMap, judgedText, plainText, shapedText } from './leaf.ts';
import { durationFault, instantFault } from './time.ts';

/** The policy file as it is written. Names and everything that joins two places are checked by the rules. */

const NAME = '^[a-z][a-z0-9-]{0,62}$';

const account = (description: string) =>
  shapedText(description, ACCOUNT, (value) => ({
    code: 'account',
    message: `${quote(value)} is no account ID`,
    mend: 'write its 12 digits in quotes, as in "012345678901"',
  }));

const limit = (description: string) => z.int().min(0).describe(description);

const instant = (description: string) => judgedText(description, instantFault);

const recipient = z
  .strictObject({
    provider: z.enum(PROVIDERS).describe('Whose API is called.'),
    region: shapedText('Region of the provider, such as `eu-west-2`.', /^[a-z0-9][a-z0-9-]*$/, (value) => ({
      code: 'region',
      message: `${quote(value)} is no region`,
      mend: 'write it as the provider does, such as `eu-west-2`',
    })),
    account: account('The account that receives requests: 12 digits in quotes.'),
    credentials: z
      .strictObject({
        secret: plainText(
          'OUTSCALE: name of the secret that holds `{"accessKey": "…", "secretKey": "…"}`.',
        ).optional(),
        role: shapedText(
          'AWS: ARN of the role to assume. Without it the function uses its own.',
          /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]+$/,
          (value) => ({
            code: 'role',
            message: `${quote(value)} is no ARN of a role`,
            mend: 'write it as in `arn:aws:iam::012345678901:role/vif-acceptor`',
          }),
        ).optional(),
        externalId: plainText('AWS: external ID that the role demands.').optional(),
      })
      .superRefine(filledMap)
      .describe('How the function signs in. The command line brings its own keys.')
      .optional(),
    expiry: judgedText(
      'How long a request stands before it expires, such as `P7D`. When absent: `P7D` on OUTSCALE, for ever on AWS.',
      durationFault,
    ).optional(),
  })
  .describe('Who receives the requests that this policy judges.');

const grant = z
  .strictObject({
    gateway: gatewayReference,
    match: z
      .strictObject(matchShape)
      .superRefine(filledMap)
      .describe('What the request must be: all of the fields, any value within a field. Absent: anything.')
      .optional(),
    limit: limit('Live virtual interfaces under this grant at most.').optional(),
    ticket: plainText('Where this grant was agreed.').optional(),
    from: instant('The grant holds from this instant on, it included.').optional(),
    until: instant('The grant holds up to this instant, it excluded.').optional(),
  })
  .describe('A gateway, and which requests get it.');

const owner = z
  .strictObject({
    account: account("The owner's account, checked wherever the API reveals it.").optional(),
    connections: filledList(connectionId, 'What identifies the owner: the connections that it owns.'),
    contact: plainText('Whom to ask.').optional(),
    limit: limit('Live virtual interfaces of this owner at most.').optional(),
    gateway: gatewayReference
      .describe('Short for one grant named `default` without `match`. Instead of `grants`.')
      .optional(),
    grants: z
      .record(z.string(), grant)
      .superRefine(filledMap)
      .meta({ description: 'What the owner may have, by name.', propertyNames: { pattern: NAME } })
      .optional(),
  })
  .describe('A party that owns connections and may ask.');

const holdLine = z
  .strictObject({
    ...holdShape,
    reason: plainText('Why, for whoever reads the report.').optional(),
  })
  .describe('Requests to hold: those for which no field is a definite no.');

export const policySchema = z
  .strictObject({
    version: z.literal(1).describe('Version of the policy language.'),
    recipient,
    freeze: z.boolean().describe('`true` holds everything. When absent: `false`.').optional(),
    limits: z
      .strictObject({
        acceptsPerPass: limit('Requests accepted in one pass at most. When absent: 10.').optional(),
      })
      .superRefine(filledMap)
      .describe('Limits of the target as a whole.')
      .optional(),
    gateways: z
      .record(z.string(), gatewayId)
      .superRefine(filledMap)
      .meta({ description: 'Names for gateways.', propertyNames: { pattern: NAME } })
      .optional(),
    owners: z
      .record(z.string(), owner)
      .superRefine(filledMap)
      .meta({ description: 'Who may ask, by name.', propertyNames: { pattern: NAME } }),
    hold: filledList(holdLine, 'Always held, whatever a grant says.').optional(),
  })
  .describe('Policy of one target: who may attach virtual interfaces to which gateways.');

export type WrittenPolicy = z.output<typeof policySchema>;
export type WrittenOwner = WrittenPolicy['owners'][string];
export type WrittenGrant = NonNullable<WrittenOwner['grants']>[string];
