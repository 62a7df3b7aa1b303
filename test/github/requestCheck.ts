import { Ajv } from 'ajv';
import { DESCRIPTION, type DescribedOperation, OPERATIONS } from './openApi.ts';

const ajv = new Ajv({
  strict: false,
  coerceTypes: false,
  allErrors: true,
  formats: { 'date-time': true, int64: true, 'repo.nwo': true, uri: true },
});

/** A request that follows GitHub's description, if that could be read. */
export interface CheckedRequest {
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  /** the documented ones of an answer; `null` if the description could not be read */
  readonly statuses: readonly number[] | null;
}

/** Checks a request against the description: path, parameters and body. @throws Error that names what is wrong */
export function checkRequest(method: string, url: URL, text: string): CheckedRequest {
  for (const operation of OPERATIONS) {
    const [allowed = '', route = ''] = operation.split(' ');
    const path = allowed === method ? matchRoute(route, url.pathname) : null;
    if (path === null) continue;
    const found = { operation, path, query: url.searchParams };
    const described = DESCRIPTION?.[operation];
    if (described === undefined)
      return { ...found, body: text === '' ? {} : JSON.parse(text), statuses: null };
    checkParameters(described, path, url.searchParams, operation);
    const body = checkBody(described, text, operation);
    return { ...found, body, statuses: described.statuses };
  }
  throw new Error(`${method} ${url.pathname} is none of the operations in openApi.ts`);
}

function checkParameters(
  { parameters }: DescribedOperation,
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
  { body: schema, isBodyRequired }: DescribedOperation,
  text: string,
  where: string,
): CheckedRequest['body'] {
  if (text === '') {
    if (isBodyRequired) throw new Error(`${where}: the body is missing`);
    return {};
  }
  if (schema === null) throw new Error(`${where}: takes no body`);
  const body = JSON.parse(text);
  checkValue(schema, body, where);
  // The description allows further keys, which GitHub ignores: a typing error would not be found.
  for (const key of Object.keys(body))
    if (schema.properties?.[key] === undefined) throw new Error(`${where}: there is no key ${key}`);
  return body;
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
