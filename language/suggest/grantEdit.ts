import type { DecisionContext } from '../../core/decisionContext.ts';
import type { MatchFieldName } from '../../core/fields/evaluateMatch.ts';
import { limitUsageOf } from '../../core/limits.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import { isName } from '../../core/resourceIds.ts';
import { compilePolicy } from '../compilePolicies.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { WrittenMatch } from '../fields/matchFields.ts';
import { parseDocument, type SourceFile } from '../readDocument.ts';
import { nodeAt } from '../yaml/sourceNode.ts';
import { buildExactMatch, type Unpinned } from './exactMatch.ts';
import { insertEntry, type MapEntry } from './policyPatch.ts';

/** Whether the edit lists the connection as shared or as exclusive; `null`: the policy lists it already. */
export type Sharing = 'shared' | 'exclusive' | null;

/** The grant to add, and where. */
export interface GrantWish {
  readonly request: VirtualInterface;
  /** fields that the source of the request does not have */
  readonly absent: ReadonlySet<MatchFieldName>;
  /** a name from the policy, or an ID */
  readonly gateway: string;
  readonly at: Date;
  /** `null`: a new owner */
  readonly owner: Owner | null;
  readonly sharing: Sharing;
  /** whether the grant must name the ID of the request, because the connection is shared */
  readonly pins: boolean;
  /** what else exists, as far as it is known: what already counts for the new grant raises its limit */
  readonly context: DecisionContext;
}

/** An edit that compiles. */
export interface GrantEdit {
  readonly owner: string;
  readonly grant: string;
  /** the time of the suggestion if a grant that has ended would overlap; else `null`: valid at once */
  readonly from: string | null;
  readonly until: string;
  /** fields that the grant does not restrict, or not exactly, and why */
  readonly unpinned: readonly Unpinned[];
  /**
   * IDs of the interfaces that count for the grant besides the request: those that were accepted under a grant that is gone. The limit
   * of the grant has room for one more.
   */
  readonly counted: readonly string[];
  /** the file with the grant added */
  readonly text: string;
  readonly policy: Policy;
}

/** Why there is no edit: the errors of the edited policy, or a sentence. */
export type EditRefused = { readonly errors: readonly Diagnostic[] } | { readonly why: string };

const DAYS = 14;

/**
 * Adds a grant that matches every field of the request exactly, for one more interface and for 14 days. It is valid at once or, if a grant that
 * has ended would overlap, from the time of the suggestion on.
 */
export function addGrant(source: SourceFile, policy: Policy, wish: GrantWish): GrantEdit | EditRefused {
  const edit = editWithRoom(source, policy, wish, null);
  if (!('errors' in edit) || !edit.errors.every(({ code }) => code === 'grants-overlap')) return edit;
  const later = editWithRoom(source, policy, wish, formatSeconds(wish.at));
  return 'policy' in later ? later : edit;
}

/** The edit whose limit has room for one more interface. */
function editWithRoom(
  source: SourceFile,
  policy: Policy,
  wish: GrantWish,
  from: string | null,
): GrantEdit | EditRefused {
  const edit = editFrom(source, policy, wish, from, []);
  const counted = 'policy' in edit ? findCounted(edit, wish) : [];
  return counted.length === 0 ? edit : editFrom(source, policy, wish, from, counted);
}

function editFrom(
  source: SourceFile,
  policy: Policy,
  wish: GrantWish,
  from: string | null,
  counted: readonly string[],
): GrantEdit | EditRefused {
  const { request, absent, gateway, at, owner, pins } = wish;
  const until = formatSeconds(new Date(at.getTime() + DAYS * 86_400_000));
  const grant = unusedName(isName(request.id) ? request.id : 'suggested', owner?.grants ?? []);
  const { match, unpinned } = buildExactMatch(request, policy.recipient.provider, absent, pins);
  if (pins && match.id === undefined)
    return {
      why: 'on a shared connection only the ID of the interface identifies a request, and the file does not give it',
    };
  const entry = formatGrant(grant, {
    ...(request.type === null || request.type === 'private' ? {} : { type: request.type }),
    gateway,
    match: formatMatch(match),
    limit: String(counted.length + 1),
    ...(from === null ? {} : { from }),
    until,
  });
  const name = owner?.name ?? unusedName('new-owner', policy.owners);
  const { root } = parseDocument(source).yaml;
  const map = root === null ? null : nodeAt(root, owner === null ? ['owners'] : ['owners', name, 'grants']);
  if (map === null)
    return {
      why: `owner \`${name}\` has a \`gateway\` for all of its requests, and no \`grants\` to add to`,
    };
  const marked = pins ? { ...entry, block: [UNVERIFIED.shared, ...entry.block] } : entry;
  const text = insertEntry(source.text, map, owner === null ? formatOwner(name, wish, entry) : marked);
  const compiled = compilePolicy({ file: source.file, text });
  if (!compiled.ok) return { errors: compiled.errors };
  return { owner: name, grant, from, until, unpinned, counted, text, policy: compiled.policy };
}

/** The interfaces that take a slot of the new grant besides the request. */
function findCounted({ policy, ...edit }: GrantEdit, { request, context }: GrantWish): readonly string[] {
  const owner = policy.owners.find(({ name }) => name === edit.owner);
  const grant = owner?.grants.find(({ name }) => name === edit.grant);
  if (owner === undefined || grant === undefined) return [];
  return limitUsageOf(owner, [grant], request.id, policy, context).grants[grant.name] ?? [];
}

/** An instant as it is written in policies, in whole seconds. */
function formatSeconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

function unusedName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const isTaken = (name: string): boolean => taken.some((one) => one.name === name);
  if (!isTaken(wanted)) return wanted;
  for (let i = 2; ; i += 1) if (!isTaken(`${wanted}-${i}`)) return `${wanted}-${i}`;
}

/** The match as YAML in one line. Values are written as JSON, which is YAML too. */
function formatMatch(match: WrittenMatch): string {
  return `{ ${Object.entries(match)
    .map(([field, values]) => `${field}: ${values === 'required' ? values : JSON.stringify(values)}`)
    .join(', ')} }`;
}

function formatGrant(key: string, grant: Readonly<Record<string, string>>): MapEntry {
  const block = Object.entries(grant).map(([name, value]) => `${name}: ${value}`);
  return { key, flow: `{ ${block.join(', ')} }`, block };
}

/** A comment in the patch for its reviewer, who does not see the warnings on standard error. */
const UNVERIFIED = {
  exclusive:
    '# verify out of band that this party has the connection for itself, then remove this line; in doubt, it is shared',
  shared: '# verify out of band that this party ordered this interface, then remove this line',
} as const;

function formatOwner(key: string, { request, sharing }: GrantWish, grant: MapEntry): MapEntry {
  const list = sharing === 'exclusive' ? 'connections' : 'sharedConnections';
  const connections = `${list}: [${JSON.stringify(request.connection ?? '')}]`;
  return {
    key,
    flow: `{ ${connections}, grants: { ${grant.key}: ${grant.flow} } }`,
    block: [
      UNVERIFIED[sharing ?? 'shared'],
      connections,
      'grants:',
      `  ${grant.key}:`,
      ...grant.block.map((line) => `    ${line}`),
    ],
  };
}
