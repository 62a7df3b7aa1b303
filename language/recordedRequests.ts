import * as z from 'zod';
import { type Diagnostic, type Path, type Problem, sortDiagnostics } from './diagnostic.ts';
import { type DocumentSpec, parseDocument, type SourceFile, validateData } from './readDocument.ts';
import { nodeAt } from './yaml/sourceNode.ts';

/** A virtual interface in our own words. A field that is not there is one that nobody knows. */

export const vlan = z.int().min(1).max(4094).describe('The 802.1Q tag.');
export const asn = z.int().min(1).max(4294967295).describe("The customer's autonomous system number.");
export const mtu = z.int().min(1).max(65535).describe('The maximum transmission unit in bytes.');
export const name = z.string().describe("The requester's own label.");
export const location = z.string().describe("The provider's code of the facility.");
export const tags = z.record(z.string(), z.string()).describe('The tags, each with its value.');
// Fail closed: whoever writes the key itself here must not see it in a message.
const NO_KEY: Problem = {
  code: 'wrong-value',
  message: 'must be `true` or `false`, is something else, which is not shown: it may be a key',
  fix: 'write whether a BGP key is set, never the key',
};
export const key = z
  .custom<boolean>((value) => typeof value === 'boolean', { params: { ...NO_KEY } })
  .describe('Whether a BGP key is set.');

const text = z.string().nullable().optional();
const anything = z.unknown().optional();

/** What our commands write: what the API gave, whatever it is, and beside it what was found out and decided. */
export const recordedRequestSchema = z.strictObject({
  id: text,
  state: text,
  type: text,
  connection: text,
  vlan: vlan.nullable().optional(),
  name: name.nullable().optional(),
  location: location.nullable().optional(),
  region: text,
  mtu: mtu.nullable().optional(),
  gateway: text,
  tags: tags.nullable().optional(),
  ownerAccount: text,
  peers: z
    .array(
      z.strictObject({
        asn: asn.nullable().optional(),
        amazonAddress: text,
        customerAddress: text,
        key: key.nullable().optional(),
        hasKey: key.nullable().optional(),
      }),
    )
    .optional(),
  readErrors: z.array(z.string()).optional(),
  // Of documents of earlier versions.
  faults: z.array(z.string()).optional(),
  unreadable: z.array(z.string()).optional(),
  // Of `run --json` and `status --json`: all of it is found out anew.
  firstSeen: anything,
  deadline: anything,
  decision: anything,
  outcome: anything,
  message: anything,
  skipped: anything,
  manualOverrideCommand: anything,
  acceptByHand: anything,
  ageSeconds: anything,
  remembered: anything,
  elapsed: anything,
  gone: anything,
  now: anything,
  heldBefore: anything,
  confirmsFailed: anything,
  lastFailure: anything,
  inDoubt: anything,
});

export type RecordedRequest = z.output<typeof recordedRequestSchema>;

const REQUEST: DocumentSpec<RecordedRequest> = { schema: recordedRequestSchema, rules: [] };

/**
 * Reads requests that a command of ours wrote, or somebody by hand, with every fault in its place.
 * @param source JSON, which is YAML too
 * @param paths where in it the requests stand
 */
export function parseRecordedRequests(
  source: SourceFile,
  paths: readonly Path[],
): { readonly written: readonly RecordedRequest[]; readonly faults: readonly Diagnostic[] } {
  const { yaml, errors, positions } = parseDocument(source);
  const judged = paths.map((path) => {
    const place = yaml.root === null ? null : nodeAt(yaml.root, path);
    if (place === null) return { written: null, faults: [] };
    const { written, findings } = validateData(place, REQUEST);
    return {
      written,
      faults: findings.map((one) => positions.toDiagnostic({ ...one, path: [...path, ...one.path] })),
    };
  });
  return {
    written: judged.map(({ written }) => written).filter((written) => written !== null),
    faults: sortDiagnostics([...errors, ...judged.flatMap((one) => one.faults)]),
  };
}

/** The same of one request by itself, where there are too many to look for the place of each; `null` when anything is wrong with it. */
export function parseRecordedRequest(raw: unknown): RecordedRequest | null {
  const { success, data } = recordedRequestSchema.safeParse(raw);
  return success ? data : null;
}
