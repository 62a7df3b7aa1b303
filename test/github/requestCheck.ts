import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** An operation of GitHub's OpenAPI description, as test/github/extractOpenApi.ts extracts it. */
interface Operation {
  readonly method: string;
  readonly route: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly body: { readonly properties?: Readonly<Record<string, unknown>> } | null;
  readonly isBodyRequired: boolean;
  readonly statuses: readonly number[];
}

const { operations }: { readonly operations: readonly Operation[] } = JSON.parse(
  readFileSync(new URL('./openapi.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv({
  strict: false,
  coerceTypes: false,
  allErrors: true,
  formats: { 'date-time': true, int64: true, 'repo.nwo': true, uri: true },
});

/** A request that follows the description. */
export interface CheckedRequest {
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly statuses: readonly number[];
}

/** Checks a request against the description: path, parameters and body. @throws Error that names what is wrong */
export function checkRequest(method: string, url: URL, text: string): CheckedRequest {
  for (const operation of operations) {
    const path = operation.method === method ? matchRoute(operation.route, url.pathname) : null;
    if (path === null) continue;
    const where = `${method} ${operation.route}`;
    checkParameters(operation, path, url.searchParams, where);
    return { operation: where, path, query: url.searchParams, ...checkBody(operation, text, where) };
  }
  throw new Error(`${method} ${url.pathname} is none of the operations in openapi.json`);
}

function checkParameters(
  { parameters }: Operation,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
  where: string,
): void {
  for (const { name, in: place, required, schema } of parameters) {
    const given = place === 'path' ? (path[name] ?? null) : query.get(name);
    if (given === null && required) throw new Error(`${where}: parameter ${name} is missing`);
    if (given !== null) checkValue(schema, coerce(given, schema), `${where}: ${name}`);
  }
  const known = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const unknown = [...query.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${where}: there is no parameter ${unknown.join()}`);
}

function checkBody(
  { body: schema, isBodyRequired, statuses }: Operation,
  text: string,
  where: string,
): Pick<CheckedRequest, 'body' | 'statuses'> {
  if (text === '') {
    if (isBodyRequired) throw new Error(`${where}: the body is missing`);
    return { body: {}, statuses };
  }
  if (schema === null) throw new Error(`${where}: takes no body`);
  const body = JSON.parse(text);
  checkValue(schema, body, where);
  // The description allows further keys, which GitHub ignores: a typing error would not be found.
  for (const key of Object.keys(body))
    if (schema.properties?.[key] === undefined) throw new Error(`${where}: there is no key ${key}`);
  return { body, statuses };
}

function checkValue(schema: object, value: unknown, where: string): void {
  if (!ajv.validate(schema, value)) throw new Error(`${where}: ${ajv.errorsText()}`);
}

function coerce(text: string, { type }: Readonly<Record<string, unknown>>): unknown {
  if (type === 'integer' && /^\d+$/.test(text)) return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}

/** A reference contains slashes; every other parameter is one segment. */
function matchRoute(route: string, path: string): Record<string, string> | null {
  const pattern = route.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'ref' ? '(?<ref>.+)' : `(?<${name}>[^/]+)`,
  );
  const groups = new RegExp(`^${pattern}$`).exec(path)?.groups;
  const isMatch = groups !== undefined || new RegExp(`^${pattern}$`).test(path);
  if (!isMatch) return null;
  return Object.fromEntries(
    Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
}
