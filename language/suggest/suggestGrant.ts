import type { Hold } from '../../core/decide.ts';
import type { MatchFieldName } from '../../core/fields/match.ts';
import { identify } from '../../core/identify.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import type { Reason, ReasonCode } from '../../core/reasons.ts';
import { isName } from '../../core/resourceIds.ts';
import { compilePolicy } from '../compilePolicies.ts';
import { decideInIsolation, invalidAddressReasons } from '../decideInIsolation.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { diffPolicies } from '../diff/diffPolicies.ts';
import type { WrittenMatch } from '../fields/matchFields.ts';
import { parseDocument, type SourceFile } from '../readDocument.ts';
import { ComparisonTooComplex } from '../stepLimit.ts';
import { nodeAt } from '../yaml/sourceNode.ts';
import { buildExactMatch, type Unpinned } from './exactMatch.ts';
import { insertEntry, type MapEntry, unifiedDiff } from './policyPatch.ts';

/** The narrowest edit of a policy that accepts a held request, or why there is none. */
export type Suggestion =
  | {
      readonly kind: 'patch';
      readonly owner: string;
      /** whether the policy does not have the owner yet */
      readonly isNewOwner: boolean;
      readonly grant: string;
      /** as written in the policy: a name or an ID */
      readonly gateway: string;
      /** the time of the suggestion if a grant that has ended would overlap; else `null`: valid at once */
      readonly from: string | null;
      readonly until: string;
      /** fields that the grant does not restrict, or not exactly, and why */
      readonly unpinned: readonly Unpinned[];
      /** the file with the grant added */
      readonly text: string;
      readonly patch: string;
    }
  | { readonly kind: 'accepted'; readonly owner: string; readonly grant: string }
  /** a person has to decide first; one sentence for each reason */
  | { readonly kind: 'none'; readonly why: readonly string[] };

export interface SuggestionRequest {
  readonly request: VirtualInterface;
  /** fields that the source of the request does not have: they are not restricted, and the suggestion says so */
  readonly absent: ReadonlySet<MatchFieldName>;
  /** a name from the policy, or an ID; `null` to use the gateway that follows from the policy */
  readonly gateway: string | null;
  readonly at: Date;
  /** the path of the file in the patch */
  readonly path: string;
}

/** Reasons that one more grant can remove. */
const BY_A_GRANT: ReadonlySet<ReasonCode> = new Set([
  'no-grant',
  'grant-ended',
  'grant-not-started',
  'unknown-requester',
]);
const DAYS = 14;

/**
 * Suggests a grant that matches every field of the request exactly, for one interface and for 14 days. The edit is verified first: the
 * request is accepted by the grant, and no decision changes except on requests that the grant matches.
 */
export function suggestGrant(
  { file, text }: SourceFile,
  policy: Policy,
  wish: SuggestionRequest,
): Suggestion {
  const { request, gateway, at } = wish;
  const decision = decideInIsolation(policy, request, at);
  const nowhere = invalidAddressReasons(request);
  if (nowhere.length > 0) return none(...nowhere.map(unhelped));
  if (decision.verdict === 'accept')
    return { kind: 'accepted', owner: decision.owner, grant: decision.grant };
  const others = decision.reasons.filter(({ code }) => !BY_A_GRANT.has(code));
  if (others.length > 0) return none(...others.map(({ code, message }) => `${code}: ${message}`));
  const identity = identify(policy, request, NOBODYS);
  if (identity.kind !== 'owner' && !isUnlisted(policy, request))
    return none(...decision.reasons.map(({ message }) => message));
  const given = gateway ?? gatewayFor(policy, decision, identity.kind === 'owner');
  if (given === null)
    return none(
      `the gateway does not follow from the policy; choose one of ${gatewaysOf(policy).join(', ')} with \`--gateway\``,
    );
  const owner = identity.kind === 'owner' ? identity.owner : null;
  // Positions are counted without a byte order mark.
  const source = { file, text: text.replace(/^\uFEFF/, '') };
  return tried(source, policy, { ...wish, gateway: given }, owner);
}

/** The explanation for a request whose addresses are not a valid pair: a run holds it by any policy. */
function unhelped({ code, message }: Reason): string {
  return `${code}: ${message}; no edit of the policy can accept it: the requester has to offer it again with other addresses`;
}

/** Tries a grant that is valid at once and, if a grant that has ended would overlap, one that begins at the time of the suggestion. */
function tried(source: SourceFile, policy: Policy, wish: Certain, owner: Owner | null): Suggestion {
  const edits = [null, seconds(wish.at)].map((from) => edited(source, policy, wish, owner, from));
  const [first, later] = edits;
  const isOverlap = first !== undefined && 'faults' in first && first.faults.every(isOverlapFault);
  const edit = isOverlap && later !== undefined && !('faults' in later) ? later : first;
  if (edit === undefined) throw new Error('neither of two edits was tried');
  if ('kind' in edit) return edit;
  if ('faults' in edit)
    return none(
      ...edit.faults.map(
        ({ message, fix }) => `with one more grant the policy has an error: ${message}; ${fix}`,
      ),
    );
  return checked(source, policy, wish, owner, edit);
}

function isOverlapFault({ code }: Diagnostic): boolean {
  return code === 'grants-overlap';
}

/** An instant as it is written in policies, in whole seconds. */
function seconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

type Nothing = Extract<Suggestion, { kind: 'none' }>;
type Certain = SuggestionRequest & { readonly gateway: string };

/** An edit that compiles. */
interface Edit
  extends Pick<
    Extract<Suggestion, { kind: 'patch' }>,
    'from' | 'until' | 'owner' | 'grant' | 'unpinned' | 'text'
  > {
  readonly policy: Policy;
}

function edited(
  source: SourceFile,
  policy: Policy,
  { request, absent, gateway, at }: Certain,
  owner: Owner | null,
  from: string | null,
): Edit | Nothing | { readonly faults: readonly Diagnostic[] } {
  const until = seconds(new Date(at.getTime() + DAYS * 86_400_000));
  const grant = freeName(isName(request.id) ? request.id : 'suggested', owner?.grants ?? []);
  const { match, unpinned } = buildExactMatch(request, policy.recipient.provider, absent);
  const entry = grantEntry(grant, {
    gateway,
    match: written(match),
    limit: '1',
    ...(from === null ? {} : { from }),
    until,
  });
  const name = owner?.name ?? freeName('new-owner', policy.owners);
  const path = owner === null ? ['owners'] : ['owners', name, 'grants'];
  const { root } = parseDocument(source).yaml;
  const map = root === null ? null : nodeAt(root, path);
  if (map === null)
    return none(`owner \`${name}\` has a \`gateway\` for all of its requests, and no \`grants\` to add to`);
  const text = insertEntry(
    source.text,
    map,
    owner === null ? ownerEntry(name, request.connection ?? '', entry) : entry,
  );

  const compiled = compilePolicy({ file: source.file, text });
  if (!compiled.ok) return { faults: compiled.errors };
  return { owner: name, grant, from, until, unpinned, text, policy: compiled.policy };
}

/** Verifies an edit before it is suggested. */
function checked(
  source: SourceFile,
  policy: Policy,
  { request, gateway, at, path }: Certain,
  known: Owner | null,
  { policy: edit, ...rest }: Edit,
): Suggestion {
  const after = decideInIsolation(edit, request, at);
  if (after.verdict === 'hold')
    return none(...after.reasons.map(({ code, message }) => `${code}: ${message}`));
  // Fail closed: an edit that accepts, or may accept, anything else is not suggested.
  if (!isAlone(policy, edit, rest, at))
    return none('the grant that accepts it would change other decisions too; edit the policy yourself');
  const patch = unifiedDiff(path, source.text, rest.text);
  return { kind: 'patch', ...rest, isNewOwner: known === null, gateway, patch };
}

/** Whether the only change is what the new grant accepts. */
function isAlone(
  old: Policy,
  now: Policy,
  by: { readonly owner: string; readonly grant: string },
  at: Date,
): boolean {
  try {
    const { changes, limits } = diffPolicies(old, now, at);
    return (
      changes.every(
        ({ kind, owner, grant }) => kind === 'added' && owner === by.owner && grant === by.grant,
      ) && limits.every(({ effect }) => effect !== 'looser')
    );
  } catch (error) {
    if (error instanceof ComparisonTooComplex) return false;
    throw error;
  }
}

const NOBODYS = { known: true, ids: new Set<string>() } as const;

/** Whether the connection is not in the policy, and the API does not reveal another account. */
function isUnlisted({ recipient, owners }: Policy, { connection, ownerAccount }: VirtualInterface): boolean {
  const listed = owners.some((owner) => connection !== null && owner.connections.includes(connection));
  return connection !== null && ownerAccount === recipient.account && !listed;
}

function gatewayFor(policy: Policy, { gateway }: Hold, isKnown: boolean): string | null {
  if (gateway !== null) return nameOf(policy, gateway);
  const all = gatewaysOf(policy);
  return !isKnown && all.length === 1 ? (all[0] ?? null) : null;
}

function gatewaysOf({ owners }: Policy): string[] {
  const all = owners.flatMap(({ grants }) =>
    grants.map(({ gateway, gatewayName }) => gatewayName ?? gateway),
  );
  return [...new Set(all)].sort();
}

function nameOf({ owners }: Policy, id: string): string {
  const grants = owners.flatMap((owner) => owner.grants);
  return grants.find(({ gateway }) => gateway === id)?.gatewayName ?? id;
}

function freeName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const isTaken = (name: string): boolean => taken.some((one) => one.name === name);
  if (!isTaken(wanted)) return wanted;
  for (let i = 2; ; i += 1) if (!isTaken(`${wanted}-${i}`)) return `${wanted}-${i}`;
}

/** The match as YAML in one line. Values are written as JSON, which is YAML too. */
function written(match: WrittenMatch): string {
  return `{ ${Object.entries(match)
    .map(([field, values]) => `${field}: ${typeof values === 'string' ? values : JSON.stringify(values)}`)
    .join(', ')} }`;
}

function grantEntry(key: string, grant: Readonly<Record<string, string>>): MapEntry {
  const block = Object.entries(grant).map(([name, value]) => `${name}: ${value}`);
  return { key, flow: `{ ${block.join(', ')} }`, block };
}

function ownerEntry(key: string, connection: string, grant: MapEntry): MapEntry {
  const connections = `connections: [${JSON.stringify(connection)}]`;
  return {
    key,
    flow: `{ ${connections}, grants: { ${grant.key}: ${grant.flow} } }`,
    block: [
      UNVERIFIED,
      connections,
      'grants:',
      `  ${grant.key}:`,
      ...grant.block.map((line) => `    ${line}`),
    ],
  };
}

/** A comment in the patch for its reviewer, who does not see the warnings on standard error. */
const UNVERIFIED = '# verify out of band whose connection this is, then remove this line';

function none(...why: readonly string[]): Nothing {
  return { kind: 'none', why };
}
