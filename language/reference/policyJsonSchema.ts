import * as z from 'zod';
import { MATCH_FIELD_NAMES } from '../../core/fields/evaluateMatch.ts';
import { INTERFACE_KINDS, KINDS } from '../../core/kinds.ts';
import { PROVIDERS, type Provider } from '../../core/model.ts';
import { CREDENTIAL_KEYS, PROVIDER_TRAITS, returnsField } from '../../core/providers.ts';
import { DIRECT_CONNECT_GATEWAY, type GatewayKind, VIRTUAL_GATEWAY } from '../../core/resourceIds.ts';
import { ADVERTISED_KEYS, policySchema } from '../policySchema.ts';
import { RENAMED_POLICY_KEYS } from '../policySpec.ts';
import type { RenamedKey } from '../renamedKeys.ts';
import type { SchemaHints } from '../scalarSchemas.ts';

const GATEWAY_PATTERNS: Readonly<Record<GatewayKind, RegExp>> = {
  virtual: VIRTUAL_GATEWAY,
  directConnect: DIRECT_CONNECT_GATEWAY,
};

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
          properties: {
            credentials: {
              propertyNames: { enum: [...CREDENTIAL_KEYS[PROVIDER_TRAITS[provider].credentials]] },
            },
          },
        },
        ...gatewaysAndFields(provider),
      },
    },
  ),
);

/** No grant for a type of interface with a gateway that such interfaces cannot be attached to. A gateway can have a name, so this is not all. */
const KIND_CONSTRAINTS: readonly SchemaHints[] = INTERFACE_KINDS.flatMap((kind) => {
  const others = patternsOfOthers(KINDS[kind].gatewayKinds);
  if (others.length === 0) return [];
  const gateway = { not: { pattern: others.join('|') } };
  const grant = provided(
    { properties: { type: { const: kind } }, required: ['type'] },
    { properties: { gateway } },
  );
  const owner = { properties: { grants: { additionalProperties: grant } } };
  return [{ properties: { owners: { additionalProperties: owner } } }];
});

/** The patterns of the IDs of all other kinds of gateway. */
function patternsOfOthers(kinds: ReadonlySet<GatewayKind>): string[] {
  return Object.entries(GATEWAY_PATTERNS).flatMap(([kind, pattern]) =>
    kinds.has(kind as GatewayKind) ? [] : [pattern.source],
  );
}

/** Built entry by entry, because an object literal with a key `then` looks like a promise. */
function provided(condition: SchemaHints, consequence: SchemaHints): SchemaHints {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

/** No gateway and no type of interface that the provider does not have, and no field that its API does not return. */
function gatewaysAndFields(provider: Provider): Record<string, SchemaHints> {
  const { gatewayKinds, kinds, listsRoutes } = PROVIDER_TRAITS[provider];
  const foreign = patternsOfOthers(gatewayKinds);
  const returned: SchemaHints = { properties: never(provider) };
  if (foreign.length === 0 && Object.keys(returned.properties ?? {}).length === 0) return {};
  const gateway: SchemaHints = foreign.length === 0 ? {} : { not: { pattern: foreign.join('|') } };
  const type: SchemaHints = { enum: [...kinds] };
  const advertised = listsRoutes ? {} : Object.fromEntries(ADVERTISED_KEYS.map((key) => [key, false]));
  const grant: SchemaHints = { properties: { type, gateway, match: returned, ...advertised } };
  const owner: SchemaHints = { properties: { gateway, grants: { additionalProperties: grant } } };
  return {
    gateways: { additionalProperties: gateway },
    owners: { additionalProperties: owner },
    hold: { items: returned },
  };
}

/** The fields that a provider's API does not return, none of which is allowed. */
function never(provider: Provider): Record<string, false> {
  const fields = MATCH_FIELD_NAMES.filter((field) => !returnsField(provider, field));
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
  allOf: [...PROVIDER_CONSTRAINTS, ...KIND_CONSTRAINTS],
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
