import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { validateXML } from 'xmllint-wasm';

const { resolve } = createRequire(import.meta.url);

/** The errors of a document according to the schema of SARIF 2.1.0. */
export function sarifErrors(document: unknown): string[] {
  // The schema names draft 4, of which it uses nothing that later drafts read differently, except `id`.
  const { $schema: _, id: __, ...schema } = sarifSchema;
  const formats = {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) => URL.canParse(text, 'file:///'),
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
  };
  const validate = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats }).compile(schema);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The errors of a JUnit report according to the schema that Jenkins published. */
export async function junitErrors(contents: string): Promise<string[]> {
  const schema = readFileSync(resolve('junit-processor/schemas/jenkins-junit.xsd'), 'utf8');
  const { errors } = await validateXML({
    xml: { fileName: 'report.xml', contents },
    schema: withPositions(schema),
  });
  return errors.map(({ rawMessage }) => rawMessage);
}

/** Adds the attributes `file` and `line` of a test case: GitLab, CircleCI and pytest use them, and the schema is older. */
function withPositions(schema: string): string {
  const before = '<xs:attribute name="classname" type="xs:string" use="optional"/>';
  const added = ['file', 'line'].map(
    (name) => `<xs:attribute name="${name}" type="xs:string" use="optional"/>`,
  );
  if (!schema.includes(before)) throw new Error('the schema has another form than expected');
  return schema.replace(before, [before, ...added].join(''));
}

/** A workflow command as GitHub's runner reads it. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** The commands of the runner. Every other name is printed as text. */
const REGISTERED = new Set(
  [
    'error',
    'warning',
    'notice',
    'debug',
    'group',
    'endgroup',
    'add-mask',
    'add-matcher',
    'remove-matcher',
  ].concat(['set-output', 'save-state', 'set-env', 'add-path', 'echo', 'stop-commands']),
);

/** The workflow commands in the output of a step, read by the rules of the runner: line by line, in the current and the older form. */
export function workflowCommands(output: string): WorkflowCommand[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => readCurrent(line) ?? readOlder(line) ?? []);
}

function readCurrent(line: string): WorkflowCommand | null {
  // The runner ignores white space, and compares text as people do, which ignores invisible characters.
  const text = line.replace(/^[\s\p{Default_Ignorable_Code_Point}\p{Cc}]+/u, '');
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end < 0) return null;
  const info = text.slice(2, end);
  const space = info.indexOf(' ');
  const name = space < 0 ? info : info.slice(0, space);
  if (!REGISTERED.has(name)) return null;
  const pairs = (space < 0 ? '' : info.slice(space + 1)).trim().split(',');
  const properties = pairs.flatMap((pair) => {
    const at = pair.indexOf('=');
    return at <= 0 ? [] : [[pair.slice(0, at), unescapeText(pair.slice(at + 1), PROPERTY)] as const];
  });
  return { name, properties: Object.fromEntries(properties), data: unescapeText(text.slice(end + 2), DATA) };
}

function readOlder(line: string): WorkflowCommand | null {
  const [, info = '', data = ''] = /##\[([^\]]*)\](.*)/s.exec(line) ?? [];
  const [name = ''] = info.split(' ');
  return REGISTERED.has(name) ? { name, properties: {}, data } : null;
}

const DATA = { '%0D': '\r', '%0A': '\n', '%25': '%' } as const;
const PROPERTY = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' } as const;

function unescapeText(text: string, mappings: Readonly<Record<string, string>>): string {
  return Object.entries(mappings).reduce((rest, [escaped, token]) => rest.replaceAll(escaped, token), text);
}
