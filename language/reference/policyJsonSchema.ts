import * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../../core/fields/match.ts';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { DIRECT_CONNECT_GATEWAY } from '../../core/resourceIds.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import { policySchema } from '../policySchema.ts';
import { RENAMED_POLICY_KEYS } from '../policySpec.ts';
import type { RenamedKey } from '../renamedKeys.ts';
import { CREDENTIAL_KEYS } from '../rules/recipientRules.ts';
import type { SchemaHints } from '../scalarSchemas.ts';

/** Constraints on policies for one provider, as JSON Schema expresses them. They agree with the rules. */
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

/** Built entry by entry, because an object literal with a key `then` looks like a promise. */
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

/** The fields that a provider's API does not return, none of which is allowed. */
function never(provider: Provider): Record<string, false> {
  const fields = MATCH_FIELD_NAMES.filter((field) => {
    const providers: readonly Provider[] = LANGUAGE_FIELDS[field].providers;
    return !providers.includes(provider);
  });
  return Object.fromEntries(fields.map((field) => [field, false]));
}

/**
 * The policy file as JSON Schema: as strict as JSON Schema can be, and never stricter than the language. Draft 7, which every editor
 * supports.
 */
export const POLICY_JSON_SCHEMA: z.core.JSONSchema.BaseSchema = {
  ...RENAMED_POLICY_KEYS.reduce(
    allowFormerKey,
    z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' }),
  ),
  title: 'Policy of vif-acceptor',
  allOf: [...PROVIDER_CONSTRAINTS],
};

/** The schema with the former name of a key as a deprecated one, which must not be used together with the new name. */
function allowFormerKey(schema: SchemaHints, { parent, from, to }: RenamedKey): SchemaHints {
  const [step, ...rest] = parent;
  const properties = schema.properties ?? {};
  if (step !== undefined) {
    const child = properties[String(step)];
    if (typeof child !== 'object') throw new Error(`the schema has no \`${step}\``);
    const inner = allowFormerKey(child, { parent: rest, from, to });
    return { ...schema, properties: { ...properties, [step]: inner } };
  }
  const current = properties[to];
  if (typeof current !== 'object') throw new Error(`the schema has no \`${to}\``);
  const { default: _, ...former } = current;
  const message = `renamed to \`${to}\``;
  return {
    ...schema,
    properties: {
      ...properties,
      [from]: {
        ...former,
        description: `Former name of \`${to}\`.`,
        deprecated: true,
        deprecationMessage: message,
      },
    },
    not: { required: [from, to], errorMessage: `write only \`${to}\`` },
  };
}

/** The content of docs/policy.schema.json, in the layout of the formatter. */
export function formatJsonSchema(): string {
  const text = JSON.stringify(POLICY_JSON_SCHEMA, null, 2);
  const short = text.replace(
    /\[\n([^[\]{}]*)\n *\]/g,
    (_, items: string) => `[${items.trim().replace(/\n */g, ' ')}]`,
  );
  return `${short}\n`;
}
