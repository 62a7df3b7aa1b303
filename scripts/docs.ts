import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatJsonSchema } from '../language/reference/policyJsonSchema.ts';
import { updateGeneratedTables } from '../language/reference/referenceTables.ts';

/** Writes what docs/ says of the policy file: its JSON schema, and the tables of its reference page. */
const docs = join(import.meta.dirname, '..', 'docs');
writeFileSync(join(docs, 'policy.schema.json'), formatJsonSchema());
const page = join(docs, 'policy.md');
writeFileSync(page, updateGeneratedTables(readFileSync(page, 'utf8')));
