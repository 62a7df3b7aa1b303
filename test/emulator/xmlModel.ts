import { members, resolve, xmlNameOf } from './apiModel.ts';

const LIST = 1;
const STRUCTURE = 3;
const SIMPLE = 0;

/** Patterns of scalars in XML, by their numbers in the API model: text, number, boolean, time. */
const TEXTS: Readonly<Record<number, RegExp>> = {
  0: /^/,
  1: /^-?\d+$/,
  2: /^(true|false)$/,
  4: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/**
 * Paths of members of an element that its schema does not have, or has with another type.
 * @param element as `parseXML` returns it: a text, a list for repeated elements, or an object
 */
export function unknownXmlMembers(reference: unknown, element: unknown, path: string): string[] {
  const schema = resolve(reference);
  if (schema === 'unit') return unknownInStructure(schema, element, path);
  if (!Array.isArray(schema)) {
    const fits = typeof schema === 'number' ? TEXTS[schema] : undefined;
    return typeof element === 'string' && fits?.test(element) ? [] : [path];
  }
  if (schema[0] === SIMPLE) return unknownXmlMembers(schema[4], element, path);
  if (schema[0] === LIST) return unknownInList(schema[4], element, path);
  if (schema[0] === STRUCTURE) return unknownInStructure(schema, element, path);
  return [path];
}

function unknownInList(item: unknown, element: unknown, path: string): string[] {
  if (element === '') return [];
  const { item: items, ...others } = fieldsOf(element) ?? { '(a text)': element };
  const inItems = [items].flat().flatMap((one, i) => unknownXmlMembers(item, one, `${path}[${i}]`));
  return [...Object.keys(others).map((name) => `${path}.${name}`), ...inItems];
}

function unknownInStructure(schema: unknown, element: unknown, path: string): string[] {
  const known = members(schema);
  // `parseXML` returns an empty text for an empty element.
  const fields = element === '' ? {} : fieldsOf(element);
  if (fields === null) return [path];
  return Object.entries(fields).flatMap(([name, part]) => {
    const member = known.find(({ name: plain, schema: of }) => (xmlNameOf(of) ?? plain) === name);
    return member === undefined
      ? [`${path}.${name}`]
      : unknownXmlMembers(member.schema, part, `${path}.${name}`);
  });
}

function fieldsOf(element: unknown): Record<string, unknown> | null {
  return typeof element === 'object' && element !== null && !Array.isArray(element) ? { ...element } : null;
}
