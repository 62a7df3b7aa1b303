/**
 * Reads the API model that an SDK package contains at run time: a structure is `[3, namespace, name, traits, member names,
 * member schemas, number of required members]`, a list `[1, …, item]`, an operation `[9, …, input, output]`, and a scalar a
 * number. A reference may be a function, and may be paired with traits.
 */
const STRUCTURE = 3;
const LIST = 1;
const OPERATION = 9;
const LIST_OF_TEXTS = 64;
const SCALARS: Readonly<Record<number, string>> = { 0: 'string', 1: 'number', 2: 'boolean' };

interface Member {
  readonly name: string;
  readonly schema: unknown;
  readonly required: boolean;
}

/** Members of answers that AWS documents, and that the model of the installed SDK does not have. */
export const NOT_IN_THE_PINNED_SDK: readonly string[] = [
  'rateLimit',
  'prefixPoolAllocatedCountIpv4',
  'prefixPoolAllocatedCountIpv6',
  'rateLimiterStatus',
  'routeDirection',
];

/** Operations that AWS documents, and that the installed SDK does not have. */
export const OPERATIONS_NOT_IN_THE_PINNED_SDK: readonly string[] = [
  'ListVirtualInterfaceRoutes',
  // The SDK’s client of CloudTrail is not a dependency, and OUTSCALE’s own API has none.
  'LookupEvents',
  'ReadApiLogs',
  'DeleteDirectLinkInterface',
];

/** Input and output of an operation; throws if the package has no such operation. */
export function operationModel(model: object, name: string): { input: unknown; output: unknown } {
  const schema = resolve(Reflect.get(model, `${name}$`));
  if (!Array.isArray(schema) || schema[0] !== OPERATION) throw new Error(`the SDK has no operation ${name}`);
  return { input: schema[4], output: schema[5] };
}

/** Paths of members of `value` that its schema does not have, or has with another type, without those that AWS documents. */
export function unknownMembers(reference: unknown, value: unknown, path: string): string[] {
  const schema = resolve(reference);
  if (Array.isArray(schema) && schema[0] === LIST) {
    if (!Array.isArray(value)) return [path];
    return value.flatMap((item, i) => unknownMembers(schema[4], item, `${path}[${i}]`));
  }
  if (Array.isArray(schema) && schema[0] === STRUCTURE) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
    return Object.entries(value).flatMap(([key, part]) => {
      if (NOT_IN_THE_PINNED_SDK.includes(key)) return [];
      const member = members(schema).find(({ name }) => name === key);
      return member === undefined
        ? [`${path}.${key}`]
        : unknownMembers(member.schema, part, `${path}.${key}`);
    });
  }
  if (schema === LIST_OF_TEXTS) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? [] : [path];
  }
  const wanted = typeof schema === 'number' ? SCALARS[schema] : undefined;
  return typeof value === wanted ? [] : [path];
}

/** Paths of required members, also of nested structures: `newPrivateVirtualInterfaceAllocation.vlan`. */
export function requiredPaths(reference: unknown): string[][] {
  return members(resolve(reference)).flatMap(({ name, schema, required }) =>
    required ? [[name], ...requiredPaths(schema).map((path) => [name, ...path])] : [],
  );
}

/** All members of an input or output, also nested ones, with a value of their type. */
export function everyMember(reference: unknown): { path: readonly string[]; example: unknown }[] {
  const schema = resolve(reference);
  if (Array.isArray(schema) && schema[0] === LIST) return everyMember(schema[4]);
  return members(schema).flatMap(({ name, schema: part }) => [
    { path: [name], example: exampleOf(part) },
    ...everyMember(part).map(({ path, example }) => ({ path: [name, ...path], example })),
  ]);
}

function exampleOf(reference: unknown): unknown {
  const schema = resolve(reference);
  if (schema === LIST_OF_TEXTS) return ['a'];
  if (Array.isArray(schema) && schema[0] === LIST) return [exampleOf(schema[4])];
  if (Array.isArray(schema) && schema[0] === STRUCTURE)
    return Object.fromEntries(members(schema).map(({ name, schema: part }) => [name, exampleOf(part)]));
  return schema === 1 ? 1 : schema === 2 ? false : 'a';
}

/** Names of the XML elements of a structure. */
export function xmlNames(reference: unknown): string[] {
  const schema = resolve(reference);
  if (Array.isArray(schema) && schema[0] === LIST) return xmlNames(schema[4]);
  return members(schema).flatMap(({ name, schema: part }) => [xmlNameOf(part) ?? name, ...xmlNames(part)]);
}

export function members(schema: unknown): Member[] {
  if (!Array.isArray(schema) || schema[0] !== STRUCTURE) return [];
  const [, , , , names, schemas, required] = schema;
  if (!Array.isArray(names) || !Array.isArray(schemas)) throw new Error('the API model has an unknown form');
  return names.map((name, i) => ({ name: String(name), schema: schemas[i], required: i < (required ?? 0) }));
}

export function xmlNameOf(schema: unknown): string | null {
  const traits = Array.isArray(schema) && schema.length === 2 ? schema[1] : null;
  return typeof traits?.xmlName === 'string' ? traits.xmlName : null;
}

export function resolve(reference: unknown): unknown {
  if (typeof reference === 'function') return resolve(reference());
  // A member with traits: `[schema, traits]`.
  return Array.isArray(reference) && reference.length === 2 ? resolve(reference[0]) : reference;
}
