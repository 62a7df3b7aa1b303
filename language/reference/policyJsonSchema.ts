import * as z from 'zod';
import { policySchema } from '../policySchema.ts';
import { BY_PROVIDER } from './byProvider.ts';

/**
 * The policy file as JSON Schema: as strict as that can be, and never stricter than the language. In draft 7, which
 * every editor knows.
 */
export const POLICY_JSON_SCHEMA: z.core.JSONSchema.BaseSchema = {
  ...z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' }),
  title: 'Policy of vif-acceptor',
  allOf: [...BY_PROVIDER],
};

/** As it stands in docs/policy.schema.json, in the formatter's layout. */
export function jsonSchemaText(): string {
  const text = JSON.stringify(POLICY_JSON_SCHEMA, null, 2);
  const short = text.replace(
    /\[\n([^[\]{}]*)\n *\]/g,
    (_, items: string) => `[${items.trim().replace(/\n */g, ' ')}]`,
  );
  return `${short}\n`;
}
