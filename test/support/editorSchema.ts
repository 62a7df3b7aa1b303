import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false });
// Keywords for editors that validators do not know.
ajv.addVocabulary(['patternErrorMessage', 'errorMessage', 'deprecationMessage']);
const validate = ajv.compile(JSON.parse(readFileSync('docs/policy.schema.json', 'utf8')));

/** The errors of a policy according to the schema, as an editor shows them. */
export function schemaErrorsOf(text: string): string[] {
  validate(parse(text, { schema: 'core', version: '1.2' }));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
