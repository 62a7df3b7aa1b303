import type { Hold } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { identify } from '../../core/identifyRequester.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { connectionsOf, type Owner, type Policy, sharingOwners } from '../../core/policy.ts';
import type { Reason, ReasonCode } from '../../core/reasons.ts';
import { renderReason, reportReasons } from '../../core/renderReason.ts';
import { decideInIsolation, invalidAddressReasons, NOTHING_ELSE } from '../decideInIsolation.ts';
import { diffPolicies } from '../diff/diffPolicies.ts';
import { LANGUAGE_FIELDS } from '../fields/matchFields.ts';
import type { SourceFile } from '../readDocument.ts';
import { satisfiesConstraint } from '../requestSets/fieldProduct.ts';
import { ComparisonTooComplex } from '../stepLimit.ts';
import { addGrant, type GrantEdit, type GrantWish, type Sharing } from './grantEdit.ts';
import { unifiedDiff } from './policyPatch.ts';

/** The narrowest edit of a policy that accepts a held request, or why there is none. */
export type Suggestion =
  | SuggestedPatch
  | { readonly kind: 'accepted'; readonly owner: string; readonly grant: string }
  /** the connection is shared, or another owner was named: one of these owners has to be named, and a person has to know which */
  | { readonly kind: 'chooseOwner'; readonly connection: string; readonly owners: readonly string[] }
  /** a person has to decide first; one sentence for each reason. `gateways`: all that is missing is the choice of one of these */
  | { readonly kind: 'none'; readonly why: readonly string[]; readonly gateways?: readonly string[] };

export interface SuggestedPatch extends SuggestedEdit {
  readonly kind: 'patch';
  /** whether the policy does not have the owner yet */
  readonly isNewOwner: boolean;
  /** as written in the policy: a name or an ID */
  readonly gateway: string;
  /** of a connection that the policy does not list: the edit for the other answer to whether it is shared */
  readonly alternative: SuggestedEdit | null;
}

export interface SuggestedEdit extends Omit<GrantEdit, 'policy'> {
  readonly sharing: Sharing;
  /** whether the grant names the ID of the request, because the connection is shared */
  readonly pins: boolean;
  readonly patch: string;
}

export interface SuggestionRequest extends Pick<GrantWish, 'request' | 'absent' | 'at'> {
  /** a name from the policy, or an ID; `null` to use the gateway that follows from the policy */
  readonly gateway: string | null;
  /** the owner who made the request on a shared connection; `null` if that follows from the policy */
  readonly owner: string | null;
  /** whether a new owner has the connection for itself. Fail closed: in doubt it is shared. */
  readonly isExclusive: boolean;
  /** the path of the file in the patch */
  readonly path: string;
  /** whether the edit is the one that a frozen policy needs when the freeze ends; absent: no edit helps under a freeze */
  readonly ignoresFreeze?: boolean;
  /** see `GrantWish`; absent: nothing else is known to exist */
  readonly context?: DecisionContext;
}

/** Reasons that one more grant can remove. */
export const REMOVABLE_REASONS: ReadonlySet<ReasonCode> = new Set([
  'no-grant',
  'grant-ended',
  'grant-not-started',
  'unknown-requester',
]);

/**
 * Suggests a grant for the request alone. The edit is verified first: the request is accepted by the grant, and no decision changes except
 * on requests that the grant matches.
 */
export function suggestGrant(
  { file, text }: SourceFile,
  given: Policy,
  options: SuggestionRequest,
): Suggestion {
  const { request, at, ignoresFreeze = false, context = NOTHING_ELSE } = options;
  const policy = ignoresFreeze ? { ...given, freeze: false } : given;
  const decision = decideInIsolation(policy, request, at);
  const addressReasons = invalidAddressReasons(request);
  if (addressReasons.length > 0) return noSuggestion(...addressReasons.map(explainInvalidAddresses));
  if (decision.verdict === 'accept')
    return { kind: 'accepted', owner: decision.owner, grant: decision.grant };
  const others = decision.reasons.filter(({ code }) => !REMOVABLE_REASONS.has(code));
  if (others.length > 0) return noSuggestion(...nameReasons(others));
  const owners = findOwners(policy, request);
  if (owners === null) return noSuggestion(...reportReasons(decision.reasons).map(({ message }) => message));
  const [first = null, ...more] = owners;
  const named = owners.find(({ name }) => name === options.owner) ?? null;
  const owner = options.owner === null && more.length === 0 ? first : named;
  if (owner === null && (options.owner !== null || owners.length > 0))
    return {
      kind: 'chooseOwner',
      connection: request.connection ?? '',
      owners: owners.map(({ name }) => name),
    };
  const gateway = options.gateway ?? chooseGateway(policy, decision, owner, request);
  if (gateway === null)
    return { ...noSuggestion(askForGateway(policy)), gateways: choosableGateways(policy, owner, request) };
  // Positions are counted without a byte order mark.
  const source = { file, text: text.replace(/^\uFEFF/, '') };
  return suggestFor(source, policy, { ...options, gateway, owner, context });
}

/** The explanation for a request whose addresses are not a valid pair: a run holds it by any policy. */
function explainInvalidAddresses(reason: Reason): string {
  return `${reason.code}: ${renderReason(reason)}; no edit of the policy can accept it: the requester has to offer it again with other addresses`;
}

/** `no-grant: no grant of owner …` */
function nameReasons(reasons: readonly Reason[]): string[] {
  return reportReasons(reasons).map(({ code, message }) => `${code}: ${message}`);
}

type NoSuggestion = Extract<Suggestion, { kind: 'none' }>;
type Wish = Omit<SuggestionRequest, 'gateway' | 'owner' | 'context'> &
  Pick<GrantWish, 'gateway' | 'owner' | 'context'>;

/** The owners that may have made the request: the identified one, or all that share the connection; none if no list has it; `null`: unknown. */
function findOwners(policy: Policy, request: VirtualInterface): readonly Owner[] | null {
  const identity = identify(policy, request, NO_OWN_CONNECTIONS);
  if (identity.kind === 'owner') return [identity.owner];
  const { connection, ownerAccount } = request;
  if (identity.kind !== 'unknown' || connection === null || ownerAccount !== policy.recipient.account)
    return null;
  const isListed = policy.owners.some((owner) => connectionsOf(owner).includes(connection));
  if (!isListed) return [];
  // Fail closed: where pins of several owners match, one more grant decides nothing.
  const { code, parameters } = identity.reason;
  return code === 'unknown-requester' && parameters.cause === 'noPin'
    ? sharingOwners(policy, connection)
    : null;
}

const NO_OWN_CONNECTIONS = { known: true, ids: new Set<string>() } as const;

/** For a connection that the policy does not list, there are two edits: only a person can know which one is right. */
function suggestFor(source: SourceFile, policy: Policy, wish: Wish): Suggestion {
  const { owner, gateway, isExclusive } = wish;
  const [sharing, other]: readonly Sharing[] =
    owner !== null ? [null, null] : isExclusive ? ['exclusive', 'shared'] : ['shared', 'exclusive'];
  const edit = verifiedEdit(source, policy, wish, sharing ?? null);
  if ('kind' in edit) return edit;
  const second = other ? verifiedEdit(source, policy, wish, other) : null;
  const alternative = second === null || 'kind' in second ? null : second;
  return { kind: 'patch', ...edit, isNewOwner: owner === null, gateway, alternative };
}

/** An edit that accepts the request and changes no other decision. */
function verifiedEdit(
  source: SourceFile,
  policy: Policy,
  wish: Wish,
  sharing: Sharing,
): SuggestedEdit | NoSuggestion {
  const { request, owner, at, path } = wish;
  const isShared = owner?.sharedConnections.includes(request.connection ?? '') ?? sharing === 'shared';
  const edit = addGrant(source, policy, { ...wish, sharing, pins: isShared });
  if ('why' in edit) return noSuggestion(edit.why);
  if ('errors' in edit)
    return noSuggestion(
      ...edit.errors.map(
        ({ message, fix }) => `with one more grant the policy has an error: ${message}; ${fix}`,
      ),
    );
  const { policy: compiled, ...rest } = edit;
  // The text keeps its freeze, which is not compared if the caller ignores it.
  const edited = { ...compiled, freeze: policy.freeze };
  const after = decideInIsolation(edited, request, at);
  if (after.verdict === 'hold') return noSuggestion(...nameReasons(after.reasons));
  // Fail closed: an edit that accepts, or may accept, anything else is not suggested.
  if (!changesNothingElse(policy, { ...edit, policy: edited }, isShared ? request.id : null, at))
    return noSuggestion(
      'the grant that accepts it would change other decisions too; edit the policy yourself',
    );
  return { ...rest, sharing, pins: isShared, patch: unifiedDiff(path, source.text, rest.text) };
}

/**
 * Whether the only change is what the new grant accepts.
 * @param pinned the ID that the grant names on a shared connection: decisions on this interface may change, and so may the limits that
 * count it, because it now belongs to the owner of the grant
 */
function changesNothingElse(
  old: Policy,
  { policy, owner: by, grant: name }: GrantEdit,
  pinned: string | null,
  at: Date,
): boolean {
  const only = pinned === null ? [] : LANGUAGE_FIELDS.id.matchesCertainly([pinned]);
  try {
    const { changes, limits } = diffPolicies(old, policy, at);
    return (
      changes.every(
        ({ kind, owner, grant, requestSet: { product } }) =>
          (kind === 'added' && owner === by && grant === name) ||
          only.some((constraint) => satisfiesConstraint(product, constraint)),
      ) && limits.every(({ effect, attributed }) => effect !== 'looser' || (pinned !== null && attributed))
    );
  } catch (error) {
    if (error instanceof ComparisonTooComplex) return false;
    throw error;
  }
}

/** The gateway that the policy gives, or the only one of the owner, or of all owners, for this type of interface. */
function chooseGateway(
  { owners }: Policy,
  { gateway }: Hold,
  owner: Owner | null,
  { type }: VirtualInterface,
): string | null {
  if (gateway !== null) return gatewayNameOf(owners, gateway);
  const [only, ...more] = choosableGateways({ owners }, owner, { type });
  return only === undefined || more.length > 0 ? null : only;
}

/** The gateways of the owner, or of all owners, for this type of interface. */
function choosableGateways(
  { owners }: Pick<Policy, 'owners'>,
  owner: Owner | null,
  { type }: Pick<VirtualInterface, 'type'>,
): string[] {
  return listGateways(owner === null ? owners : [owner], type);
}

function askForGateway({ owners }: Policy): string {
  const all = listGateways(owners, null);
  return `the gateway does not follow from the policy; choose one of ${all.join(', ')} with \`--gateway\``;
}

/** @param type `null`: of any type */
function listGateways(owners: readonly Owner[], type: string | null): string[] {
  const grants = owners
    .flatMap((owner) => owner.grants)
    .filter((grant) => type === null || grant.type === type);
  return [...new Set(grants.map(({ gateway, gatewayName }) => gatewayName ?? gateway))].sort();
}

function gatewayNameOf(owners: readonly Owner[], id: string): string {
  const grants = owners.flatMap((owner) => owner.grants);
  return grants.find(({ gateway }) => gateway === id)?.gatewayName ?? id;
}

function noSuggestion(...why: readonly string[]): NoSuggestion {
  return { kind: 'none', why };
}
