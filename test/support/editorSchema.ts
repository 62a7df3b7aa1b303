import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
// What editors say; validators know nothing of it.
ajv.addVocabulary(['patternErrorMessage', 'errorMessage', 'deprecationMessage']);
const validate = ajv.compile(JSON.parse(readFileSync('docs/policy.schema.json', 'utf8')));

/** What the schema says of a policy, as an editor reads it. */
export function schemaErrorsOf(text: string): string[] {
  validate(parse(text, { schema: 'core', version: '1.2' }));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
