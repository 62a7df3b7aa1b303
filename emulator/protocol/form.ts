import { ApiError } from '../errors.ts';

type Entry = readonly [path: readonly string[], value: string];

/** deeper than any input of these APIs */
const DEEPEST = 8;

/** `Filter.1.Name=state&Filter.1.Value.1=x` becomes `{Filter: [{Name: 'state', Value: ['x']}]}`. */
export function readForm(form: URLSearchParams): unknown {
  const entries = [...form].map(([name, value]): Entry => [name.split('.'), value]);
  if (entries.some(([path]) => path.length > DEEPEST)) {
    throw new ApiError('MalformedInput', `A parameter has more than ${DEEPEST} parts.`);
  }
  return build(entries);
}

function build(entries: readonly Entry[]): unknown {
  const leaf = entries.find(([path]) => path.length === 0);
  if (leaf !== undefined) return leaf[1];
  const groups = Map.groupBy(entries, ([[head = '']]) => head);
  const built = [...groups].map(([head, group]): [string, unknown] => [
    head,
    build(group.map(([[, ...rest], value]): Entry => [rest, value])),
  ]);
  if (built.length > 0 && built.every(([head]) => /^\d+$/.test(head))) {
    return built.sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
  }
  return Object.fromEntries(built);
}
