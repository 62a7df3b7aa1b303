import { type Fault, inOrder, type Path } from '../diagnostic.ts';
import { type Form, judge } from '../judge.ts';
import { openDocument, type Source } from '../readDocument.ts';
import { type RecordedRequest, recordedRequest } from '../recordedRequests.ts';
import { placeAt } from '../yaml/sourceNode.ts';

const REQUEST: Form<RecordedRequest> = { schema: recordedRequest, rules: [] };

/**
 * Reads requests that a command of ours wrote, or somebody by hand, with every fault in its place.
 * @param source JSON, which is YAML too
 * @param paths where in it the requests stand
 */
export function readRecorded(
  source: Source,
  paths: readonly Path[],
): { readonly written: readonly RecordedRequest[]; readonly faults: readonly Fault[] } {
  const { yaml, faults, places } = openDocument(source);
  const judged = paths.map((path) => {
    const place = yaml.root === null ? null : placeAt(yaml.root, path);
    if (place === null) return { written: null, faults: [] };
    const { written, findings } = judge(place, REQUEST);
    return {
      written,
      faults: findings.map((one) => places.locate({ ...one, path: [...path, ...one.path] })),
    };
  });
  return {
    written: judged.map(({ written }) => written).filter((written) => written !== null),
    faults: inOrder([...faults, ...judged.flatMap((one) => one.faults)]),
  };
}

/** The same of one request by itself, where there are too many to look for the place of each; `null` when anything is wrong with it. */
export function recordedAs(raw: unknown): RecordedRequest | null {
  const { success, data } = recordedRequest.safeParse(raw);
  return success ? data : null;
}
