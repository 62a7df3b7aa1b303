import type * as z from 'zod';
import { type Finding, formatPath, type Path, type Problem } from './diagnostic.ts';
import { problemIn } from './scalarSchemas.ts';
import { describeWrongType, describeWrongValue } from './typeErrorMessages.ts';
import { describeUnknownKey } from './unknownKeys.ts';
import { nodeAt, type SourceNode } from './yaml/sourceNode.ts';

/** Turns the issues of the schema into findings. Parts that YAML already reported an error for are skipped. */
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
  // A misspelt key is not reported as missing as well.
  const misspelt = new Set(unknown.map(({ meant }) => meant));
  const others = issues
    .filter(({ code }) => code !== 'unrecognized_keys')
    .flatMap((issue): Finding[] => {
      const path = issuePath(issue);
      const place = nodeAt(root, path);
      if (place?.kind === 'unreadable' || (place === null && misspelt.has(formatPath(path)))) return [];
      // A map whose only keys are unknown or refused is not empty.
      const hasKeys = place?.kind === 'map' && (place.children.size > 0 || place.isPartial);
      if (problemIn(issue)?.code === 'empty-map' && hasKeys) return [];
      const complaint =
        place === null ? missingKey(path) : (problemIn(issue) ?? inOurWords(issue, place, path));
      return [{ path, at: 'value', ...complaint, ...(hasNoOwners(path, place) ? NO_OWNERS : {}) }];
    });
  return [...unknown.map(({ finding }) => finding), ...others];
}

/** Whether `owners` is empty, as in a new file of `policy init`, which has the owners as comments below that key. */
function hasNoOwners(path: Path, place: SourceNode | null): boolean {
  if (formatPath(path) !== 'owners' || place === null) return false;
  return place.kind === 'map' ? place.children.size === 0 : place.kind === 'scalar' && place.value === null;
}

const NO_OWNERS: Pick<Problem, 'message' | 'fix'> = {
  message: 'is empty, so no request can be accepted',
  fix: 'write at least one owner under it, or verify one of the owners that `policy init` wrote as comments and remove the `#` before its lines',
};

/** The path of an issue. The data comes from YAML, so no key is a symbol. */
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
  connections: 'with the IDs of the connections that this owner owns, which identify it',
  gateway: 'with the gateway of this grant',
  target: "with the name of the policy's file, without `.yaml`",
  cases: 'with at least one policy test',
  name: 'with what the policy test shows',
  at: 'with the instant of the decision, such as `2026-11-01T00:00:00Z`',
  request: 'with `connection` and the other fields that the API gives',
  connection: 'with the connection of the request',
  expect: 'with `accept:` or `hold:`',
  owner: 'with the owner that the request is from',
  grant: 'with the grant that it matches',
};
