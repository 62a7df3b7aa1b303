import type * as z from 'zod';
import { type Finding, formatPath, type Path, type Problem } from './diagnostic.ts';
import { problemIn } from './scalarSchemas.ts';
import { describeWrongType, describeWrongValue } from './typeErrorMessages.ts';
import { describeUnknownKey } from './unknownKeys.ts';
import { nodeAt, type SourceNode } from './yaml/sourceNode.ts';

/** Says in our words what the schema found. What YAML already complained of is not told twice. */
export function toFindings(
  issues: readonly z.core.$ZodIssue[],
  root: SourceNode,
  schema: z.ZodType,
): Finding[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => describeUnknownKey(issuePath(issue), key, root, schema))
      : [],
  );
  // A key that is there and misspelt is not missing too.
  const misspelt = new Set(unknown.map(({ meant }) => meant));
  const others = issues
    .filter(({ code }) => code !== 'unrecognized_keys')
    .flatMap((issue): Finding[] => {
      const path = issuePath(issue);
      const place = nodeAt(root, path);
      if (place?.kind === 'unreadable' || (place === null && misspelt.has(formatPath(path)))) return [];
      // An unknown key, or a refused one, is no reason to call its map empty.
      const hasKeys = place?.kind === 'map' && (place.children.size > 0 || place.isPartial);
      if (problemIn(issue)?.code === 'empty-map' && hasKeys) return [];
      const complaint =
        place === null ? missingKey(path) : (problemIn(issue) ?? inOurWords(issue, place, path));
      return [{ path, at: 'value', ...complaint, ...(hasNoOwners(path, place) ? NO_OWNERS : {}) }];
    });
  return [...unknown.map(({ finding }) => finding), ...others];
}

/** A file of `policy init` has its owners as comments, below the key `owners`. */
function hasNoOwners(path: Path, place: SourceNode | null): boolean {
  if (formatPath(path) !== 'owners' || place === null) return false;
  return place.kind === 'map' ? place.children.size === 0 : place.kind === 'scalar' && place.value === null;
}

const NO_OWNERS: Pick<Problem, 'message' | 'fix'> = {
  message: 'is empty, so nobody may make requests',
  fix: 'write at least one owner under it; of the owners that `policy init` drafts as comments, verify one and remove the `#` before its lines',
};

/** Steps into our data: none of its keys is a symbol. */
export function issuePath({ path }: z.core.$ZodIssue): Path {
  return path.filter((step) => typeof step !== 'symbol');
}

function inOurWords(issue: z.core.$ZodIssue, place: SourceNode, path: Path): Problem {
  switch (issue.code) {
    case 'invalid_type':
      return describeWrongType(issue.expected, place, path);
    case 'invalid_union':
      return describeWrongType('number or text', place, path);
    case 'invalid_value':
      return describeWrongValue(issue.values.map(String), place);
    case 'too_small':
      if (issue.origin === 'array') return EMPTY_LIST;
      return outOfRange('least', String(issue.minimum), place);
    case 'too_big':
      return outOfRange('most', String(issue.maximum), place);
    default:
      return {
        code: 'wrong-value',
        message: issue.message,
        fix: 'see the reference of the policy language',
      };
  }
}

const EMPTY_LIST: Problem = {
  code: 'empty-list',
  message: 'is an empty list',
  fix: 'write at least one item, or remove the key',
};

function outOfRange(end: 'least' | 'most', bound: string, place: SourceNode): Problem {
  const is = place.kind === 'scalar' ? `, is \`${place.source}\`` : '';
  const fix = `write a whole number ${end === 'least' ? 'from' : 'up to'} ${bound}`;
  return { code: 'number-range', message: `must be at ${end} ${bound}${is}`, fix };
}

function missingKey(path: Path): Problem {
  const key = String(path.at(-1));
  return {
    code: 'missing-key',
    message: `key \`${key}\` is missing`,
    fix: `add \`${key}:\` ${HINTS[key] ?? ''}`.trim(),
  };
}

const HINTS: Readonly<Record<string, string>> = {
  version: 'with the value `1`',
  recipient: 'with `provider`, `region` and `account`',
  provider: 'with `outscale` or `aws`',
  region: 'as the provider writes it',
  account: 'with 12 digits in quotes',
  owners: 'with at least one owner',
  connections: 'with the IDs of the connections that this owner owns: they identify it',
  gateway: 'with the gateway that this grant gives',
  target: "with the name of the policy's file, without `.yaml`",
  cases: 'with at least one case',
  name: 'with what the case shows',
  at: 'with the instant of the decision, such as `2026-11-01T00:00:00Z`',
  request: 'with `connection` and the other fields that the API gives',
  connection: 'with the connection that the request stands on',
  expect: 'with `accept:` or `hold:`',
  owner: 'with the owner that it is taken for',
  grant: 'with the grant that it fits',
};
