import * as z from 'zod';
import {
  type AnyValue,
  type FieldValue,
  ofEachField,
  VALUE_FIELDS,
  type ValueField,
  type ValueFieldName,
  type ValueForm,
} from '../core/interfaceFields.ts';
import { isKeyDigest, type KeyDigest } from '../core/model.ts';
import { type Diagnostic, type Path, type Problem, sortDiagnostics } from './diagnostic.ts';
import { NOT_SHOWN } from './possibleKeys.ts';
import { type DocumentSpec, parseDocument, type SourceFile, validateData } from './readDocument.ts';
import { nodeAt } from './yaml/sourceNode.ts';

// The fields of a virtual interface in our own format. An absent field is unknown.

/** The schemas of the values of an interface. */
const valueSchemas = ofEachField((field) => describedSchema(VALUE_FIELDS[field])) as {
  readonly [F in ValueFieldName]: z.ZodType<FieldValue<F>>;
};

function describedSchema({ form, description }: ValueField): z.ZodType<AnyValue> {
  return schemaOf(form).describe(description);
}

function schemaOf(form: ValueForm): z.ZodType<AnyValue> {
  switch (form.kind) {
    case 'text':
      return z.string();
    case 'integer':
      return z.int().min(form.from).max(form.to);
    case 'boolean':
      return z.boolean();
    case 'tags':
      return z.record(z.string(), z.string());
    default:
      return form satisfies never;
  }
}

/** The schemas of some of these values as optional keys of a map. */
export function optionalValues<F extends ValueFieldName>(fields: readonly F[]) {
  const schemas = fields.map((field) => [field, valueSchemas[field].optional()]);
  // One entry for each field, with its schema.
  return Object.fromEntries(schemas) as { [N in F]: z.ZodOptional<z.ZodType<FieldValue<N>>> };
}

const recordedValues = ofEachField((field) => valueSchemas[field].nullable().optional()) as {
  readonly [F in ValueFieldName]: z.ZodOptional<z.ZodNullable<z.ZodType<FieldValue<F>>>>;
};

export const asn = z.int().min(1).max(4294967295).describe("The customer's autonomous system number.");
/** Fail closed: if the key itself is written in place of one of these values, it must not be shown in a message. */
function hidden<T>(fits: (value: unknown) => value is T, allowed: string, fix: string) {
  const message = `must be ${allowed}; ${NOT_SHOWN}`;
  const problem: Problem = { code: 'wrong-value', message, fix };
  return z.custom<T>(fits, { params: { ...problem } });
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isDigest = (value: unknown): value is KeyDigest => typeof value === 'string' && isKeyDigest(value);

export const key = hidden(
  (value): value is boolean | KeyDigest => isBoolean(value) || isDigest(value),
  '`true`, `false` or the digest of an agreed key',
  'write whether a BGP key is set, or the digest of the agreed key, never the key itself',
).describe('Whether a BGP key is set, or the digest of the agreed key that is set.');

const hasKey = hidden(isBoolean, '`true` or `false`', 'write whether a BGP key is set, never the key itself');

const agreedKey = hidden(
  (value): value is KeyDigest | 'none' => value === 'none' || isDigest(value),
  '`none` or the digest of an agreed key',
  'write the digest, never the key itself, or remove it',
);

const text = z.string().nullable().optional();
const ignored = z.unknown().optional();

/** A request as our commands write it: the fields of the API, with what was derived and decided beside them. */
export const recordedRequestSchema = z.strictObject({
  id: text,
  ...recordedValues,
  peers: z
    .array(
      z.strictObject({
        asn: asn.nullable().optional(),
        amazonAddress: text,
        customerAddress: text,
        key: key.nullable().optional(),
        hasKey: hasKey.nullable().optional(),
        agreedKey: agreedKey.nullable().optional(),
      }),
    )
    .optional(),
  readErrors: z.array(z.string()).optional(),
  /** former name of `readErrors`, as in files of earlier releases */
  faults: z.array(z.string()).optional(),
  unreadable: z.array(z.string()).optional(),
  // Keys of `run --json` and `status --json` that are derived again and not read.
  firstSeen: ignored,
  deadline: ignored,
  decision: ignored,
  outcome: ignored,
  message: ignored,
  skipped: ignored,
  manualOverrideCommand: ignored,
  withoutFreeze: ignored,
  acceptByHand: ignored,
  ageSeconds: ignored,
  remembered: ignored,
  elapsed: ignored,
  gone: ignored,
  now: ignored,
  heldBefore: ignored,
  confirmsFailed: ignored,
  lastFailure: ignored,
  inDoubt: ignored,
});

export type RecordedRequest = z.output<typeof recordedRequestSchema>;

const REQUEST_SPEC: DocumentSpec<RecordedRequest> = { schema: recordedRequestSchema, rules: [] };

/**
 * Reads requests from a file that one of our commands or a person wrote, and reports each error with its position.
 * @param source JSON, which is YAML too
 * @param paths of the requests in the file
 */
export function parseRecordedRequests(
  source: SourceFile,
  paths: readonly Path[],
): { readonly written: readonly RecordedRequest[]; readonly errors: readonly Diagnostic[] } {
  const { yaml, errors, positions } = parseDocument(source);
  const results = paths.map((path) => {
    const node = yaml.root === null ? null : nodeAt(yaml.root, path);
    if (node === null) return { written: null, errors: [] };
    const { written, findings } = validateData(node, REQUEST_SPEC);
    return {
      written,
      errors: findings.map((one) => positions.toDiagnostic({ ...one, path: [...path, ...one.path] })),
    };
  });
  return {
    written: results.map(({ written }) => written).filter((written) => written !== null),
    errors: sortDiagnostics([...errors, ...results.flatMap((one) => one.errors)]),
  };
}

/** Reads one request without positions, for files with too many requests to locate each; `null` when it has an error. */
export function parseRecordedRequest(raw: unknown): RecordedRequest | null {
  const { success, data } = recordedRequestSchema.safeParse(raw);
  return success ? data : null;
}
