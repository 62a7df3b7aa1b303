import * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../../core/fields/match.ts';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { DIRECT_CONNECT_GATEWAY } from '../../core/resourceIds.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import { policySchema } from '../policySchema.ts';
import { CREDENTIAL_KEYS } from '../rules/recipientRules.ts';
import type { SchemaHints } from '../scalarSchemas.ts';

/** What holds for the policies of one provider only, as JSON Schema says it: the same as the rules do. */
const PROVIDER_CONSTRAINTS: readonly SchemaHints[] = PROVIDERS.map((provider) =>
  provided(
    {
      properties: { recipient: { properties: { provider: { const: provider } }, required: ['provider'] } },
      required: ['recipient'],
    },
    {
      properties: {
        recipient: {
          properties: { credentials: { propertyNames: { enum: [...CREDENTIAL_KEYS[provider]] } } },
        },
        ...(provider === 'outscale' ? onOutscale() : {}),
      },
    },
  ),
);

/** Entry by entry: an object with a `then` of its own is what a promise looks like. */
function provided(condition: SchemaHints, consequence: SchemaHints): SchemaHints {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

function onOutscale(): Record<string, SchemaHints> {
  const virtual: SchemaHints = { not: { pattern: DIRECT_CONNECT_GATEWAY.source } };
  const returned: SchemaHints = { properties: never('outscale') };
  const grant: SchemaHints = { properties: { gateway: virtual, match: returned } };
  const owner: SchemaHints = { properties: { gateway: virtual, grants: { additionalProperties: grant } } };
  return {
    gateways: { additionalProperties: virtual },
    owners: { additionalProperties: owner },
    hold: { items: returned },
  };
}

/** Fields that a provider's API does not give. */
function never(provider: Provider): Record<string, false> {
  const fields = MATCH_FIELD_NAMES.filter((field) => {
    const providers: readonly Provider[] = LANGUAGE_FIELDS[field].providers;
    return !providers.includes(provider);
  });
  return Object.fromEntries(fields.map((field) => [field, false]));
}

/**
 * The policy file as JSON Schema: as strict as that can be, and never stricter than the language. In draft 7, which
 * every editor knows.
 */
export const POLICY_JSON_SCHEMA: z.core.JSONSchema.BaseSchema = {
  ...z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' }),
  title: 'Policy of vif-acceptor',
  allOf: [...PROVIDER_CONSTRAINTS],
};

/** As it stands in docs/policy.schema.json, in the formatter's layout. */
export function formatJsonSchema(): string {
  const text = JSON.stringify(POLICY_JSON_SCHEMA, null, 2);
  const short = text.replace(
    /\[\n([^[\]{}]*)\n *\]/g,
    (_, items: string) => `[${items.trim().replace(/\n */g, ' ')}]`,
  );
  return `${short}\n`;
}
