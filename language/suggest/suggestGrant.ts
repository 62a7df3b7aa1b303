import type { Hold } from '../../core/decide.ts';
import type { MatchFieldName } from '../../core/fields/evaluateMatch.ts';
import { identify } from '../../core/identifyRequester.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Owner, Policy } from '../../core/policy.ts';
import type { Reason, ReasonCode } from '../../core/reasons.ts';
import { renderReason, reportReasons } from '../../core/renderReason.ts';
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
const REMOVABLE_REASONS: ReadonlySet<ReasonCode> = new Set([
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
  options: SuggestionRequest,
): Suggestion {
  const { request, gateway, at } = options;
  const decision = decideInIsolation(policy, request, at);
  const addressReasons = invalidAddressReasons(request);
  if (addressReasons.length > 0) return noSuggestion(...addressReasons.map(explainInvalidAddresses));
  if (decision.verdict === 'accept')
    return { kind: 'accepted', owner: decision.owner, grant: decision.grant };
  const others = decision.reasons.filter(({ code }) => !REMOVABLE_REASONS.has(code));
  if (others.length > 0) return noSuggestion(...nameReasons(others));
  const identity = identify(policy, request, NO_OWN_CONNECTIONS);
  if (identity.kind !== 'owner' && !isUnlisted(policy, request))
    return noSuggestion(...reportReasons(decision.reasons).map(({ message }) => message));
  const chosen = gateway ?? chooseGateway(policy, decision, identity.kind === 'owner');
  if (chosen === null)
    return noSuggestion(
      `the gateway does not follow from the policy; choose one of ${listGateways(policy).join(', ')} with \`--gateway\``,
    );
  const owner = identity.kind === 'owner' ? identity.owner : null;
  // Positions are counted without a byte order mark.
  const source = { file, text: text.replace(/^\uFEFF/, '') };
  return tryEdits(source, policy, { ...options, gateway: chosen }, owner);
}

/** The explanation for a request whose addresses are not a valid pair: a run holds it by any policy. */
function explainInvalidAddresses(reason: Reason): string {
  return `${reason.code}: ${renderReason(reason)}; no edit of the policy can accept it: the requester has to offer it again with other addresses`;
}

/** `no-grant: no grant of owner …` */
function nameReasons(reasons: readonly Reason[]): string[] {
  return reportReasons(reasons).map(({ code, message }) => `${code}: ${message}`);
}

/** Tries a grant that is valid at once and, if a grant that has ended would overlap, one that begins at the time of the suggestion. */
function tryEdits(
  source: SourceFile,
  policy: Policy,
  options: GatewayChosen,
  owner: Owner | null,
): Suggestion {
  const edits = [null, formatSeconds(options.at)].map((from) =>
    buildEdit(source, policy, options, owner, from),
  );
  const [first, later] = edits;
  const isOverlap = first !== undefined && 'errors' in first && first.errors.every(isOverlapError);
  const edit = isOverlap && later !== undefined && !('errors' in later) ? later : first;
  if (edit === undefined) throw new Error('neither of two edits was tried');
  if ('kind' in edit) return edit;
  if ('errors' in edit)
    return noSuggestion(
      ...edit.errors.map(
        ({ message, fix }) => `with one more grant the policy has an error: ${message}; ${fix}`,
      ),
    );
  return verifyEdit(source, policy, options, owner, edit);
}

function isOverlapError({ code }: Diagnostic): boolean {
  return code === 'grants-overlap';
}

/** An instant as it is written in policies, in whole seconds. */
function formatSeconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

type NoSuggestion = Extract<Suggestion, { kind: 'none' }>;
type GatewayChosen = SuggestionRequest & { readonly gateway: string };

/** An edit that compiles. */
interface Edit
  extends Pick<
    Extract<Suggestion, { kind: 'patch' }>,
    'from' | 'until' | 'owner' | 'grant' | 'unpinned' | 'text'
  > {
  readonly policy: Policy;
}

function buildEdit(
  source: SourceFile,
  policy: Policy,
  { request, absent, gateway, at }: GatewayChosen,
  owner: Owner | null,
  from: string | null,
): Edit | NoSuggestion | { readonly errors: readonly Diagnostic[] } {
  const until = formatSeconds(new Date(at.getTime() + DAYS * 86_400_000));
  const grant = unusedName(isName(request.id) ? request.id : 'suggested', owner?.grants ?? []);
  const { match, unpinned } = buildExactMatch(request, policy.recipient.provider, absent);
  const entry = formatGrant(grant, {
    gateway,
    match: formatMatch(match),
    limit: '1',
    ...(from === null ? {} : { from }),
    until,
  });
  const name = owner?.name ?? unusedName('new-owner', policy.owners);
  const path = owner === null ? ['owners'] : ['owners', name, 'grants'];
  const { root } = parseDocument(source).yaml;
  const map = root === null ? null : nodeAt(root, path);
  if (map === null)
    return noSuggestion(
      `owner \`${name}\` has a \`gateway\` for all of its requests, and no \`grants\` to add to`,
    );
  const text = insertEntry(
    source.text,
    map,
    owner === null ? formatOwner(name, request.connection ?? '', entry) : entry,
  );

  const compiled = compilePolicy({ file: source.file, text });
  if (!compiled.ok) return { errors: compiled.errors };
  return { owner: name, grant, from, until, unpinned, text, policy: compiled.policy };
}

/** Verifies an edit before it is suggested. */
function verifyEdit(
  source: SourceFile,
  policy: Policy,
  { request, gateway, at, path }: GatewayChosen,
  known: Owner | null,
  { policy: edit, ...rest }: Edit,
): Suggestion {
  const after = decideInIsolation(edit, request, at);
  if (after.verdict === 'hold') return noSuggestion(...nameReasons(after.reasons));
  // Fail closed: an edit that accepts, or may accept, anything else is not suggested.
  if (!changesNothingElse(policy, edit, rest, at))
    return noSuggestion(
      'the grant that accepts it would change other decisions too; edit the policy yourself',
    );
  const patch = unifiedDiff(path, source.text, rest.text);
  return { kind: 'patch', ...rest, isNewOwner: known === null, gateway, patch };
}

/** Whether the only change is what the new grant accepts. */
function changesNothingElse(
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

const NO_OWN_CONNECTIONS = { known: true, ids: new Set<string>() } as const;

/** Whether the connection is not in the policy, and the API does not reveal another account. */
function isUnlisted({ recipient, owners }: Policy, { connection, ownerAccount }: VirtualInterface): boolean {
  const listed = owners.some((owner) => connection !== null && owner.connections.includes(connection));
  return connection !== null && ownerAccount === recipient.account && !listed;
}

function chooseGateway(policy: Policy, { gateway }: Hold, isKnown: boolean): string | null {
  if (gateway !== null) return gatewayNameOf(policy, gateway);
  const all = listGateways(policy);
  return !isKnown && all.length === 1 ? (all[0] ?? null) : null;
}

function listGateways({ owners }: Policy): string[] {
  const all = owners.flatMap(({ grants }) =>
    grants.map(({ gateway, gatewayName }) => gatewayName ?? gateway),
  );
  return [...new Set(all)].sort();
}

function gatewayNameOf({ owners }: Policy, id: string): string {
  const grants = owners.flatMap((owner) => owner.grants);
  return grants.find(({ gateway }) => gateway === id)?.gatewayName ?? id;
}

function unusedName(wanted: string, taken: readonly { readonly name: string }[]): string {
  const isTaken = (name: string): boolean => taken.some((one) => one.name === name);
  if (!isTaken(wanted)) return wanted;
  for (let i = 2; ; i += 1) if (!isTaken(`${wanted}-${i}`)) return `${wanted}-${i}`;
}

/** The match as YAML in one line. Values are written as JSON, which is YAML too. */
function formatMatch(match: WrittenMatch): string {
  return `{ ${Object.entries(match)
    .map(([field, values]) => `${field}: ${typeof values === 'string' ? values : JSON.stringify(values)}`)
    .join(', ')} }`;
}

function formatGrant(key: string, grant: Readonly<Record<string, string>>): MapEntry {
  const block = Object.entries(grant).map(([name, value]) => `${name}: ${value}`);
  return { key, flow: `{ ${block.join(', ')} }`, block };
}

function formatOwner(key: string, connection: string, grant: MapEntry): MapEntry {
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

function noSuggestion(...why: readonly string[]): NoSuggestion {
  return { kind: 'none', why };
}
