import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemaText } from '../language/reference/policyJsonSchema.ts';
import { renewed } from '../language/reference/referenceTables.ts';

/** Writes what docs/ says of the policy file: its JSON schema, and the tables of its reference page. */
const docs = join(import.meta.dirname, '..', 'docs');
writeFileSync(join(docs, 'policy.schema.json'), jsonSchemaText());
const page = join(docs, 'policy.md');
writeFileSync(page, renewed(readFileSync(page, 'utf8')));
