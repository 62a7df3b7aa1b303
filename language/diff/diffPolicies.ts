import { canonicalJson } from '../../core/json.ts';
import {
  type Grant,
  isPinned,
  liftFreeze,
  type Owner,
  type Policy,
  recipientKey,
} from '../../core/policy.ts';
import { formatFirst } from '../../core/printableText.ts';
import { ADVERTISED_KEYS } from '../policySchema.ts';
import { MAX_STEPS, withStepLimit } from '../stepLimit.ts';
import { type DecisionChange, findDecisionChanges } from './decisionChanges.ts';
import { findLimitChanges, type LimitChange } from './limitChanges.ts';

/** The effect of a change of policy on requests. */
export interface PolicyDiff {
  /** additions first */
  readonly changes: readonly DecisionChange[];
  readonly limits: readonly LimitChange[];
  /** changes that concern all requests or none, one sentence each */
  readonly notes: readonly string[];
  /** owners and grants with another name; each has a note too */
  readonly renamed: readonly Rename[];
  /** whether a request becomes acceptable, gets another gateway, or has a looser limit */
  readonly opens: boolean;
}

/**
 * Compares two policies from an instant on. If the new policy is frozen, both are compared as if they were not, so that changes made
 * during a freeze are visible before it is lifted. What only the freeze holds is stated in a note and not listed.
 * @param most maximum number of steps
 * @throws ComparisonTooComplex when grants or their globs have too many combinations to compare
 */
export function diffPolicies(old: Policy, now: Policy, at: Date, most = MAX_STEPS): PolicyDiff {
  // Fail closed: when a freeze is lifted, everything becomes newly acceptable, which would hide changes made during the freeze.
  const [before, after] = now.freeze ? [liftFreeze(old), liftFreeze(now)] : [old, now];
  const { changes, limits } = withStepLimit(most, () => ({
    changes: findDecisionChanges(before, after, at.getTime()),
    limits: findLimitChanges(before, after, at.getTime()),
  })).value;
  const opens =
    changes.some(({ kind }) => kind !== 'removed') || limits.some(({ effect }) => effect === 'looser');
  const renamed = findRenames(old, now);
  const notes = [
    ...findNotes(old, now),
    ...renamed.map(describeRename),
    ...advertisedNotes(old, now, renamed).map(describeAdvertised),
  ];
  return { changes: sortChanges(changes), limits, notes, renamed, opens };
}

const KINDS = ['added', 'moved', 'removed'] as const;

function sortChanges(changes: readonly DecisionChange[]): DecisionChange[] {
  return changes.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** A grant of both policies, under any name, whose owner may advertise something else. */
interface AdvertisedChange {
  /** `acme.prod`, as the new policy names it */
  readonly grant: string;
  readonly key: (typeof ADVERTISED_KEYS)[number];
  readonly old: Grant[(typeof ADVERTISED_KEYS)[number]];
  readonly new: Grant[(typeof ADVERTISED_KEYS)[number]];
}

/** What owners may advertise decides no request, so a change of it is not among the other changes. */
function advertisedNotes(old: Policy, now: Policy, renamed: readonly Rename[]): AdvertisedChange[] {
  const owners = new Map(
    renamed.filter(({ grant }) => grant === null).map(({ owner }) => [owner.new, owner.old]),
  );
  const oldGrantOf = (owner: string, grant: string): Grant | null => {
    const rename = renamed.find((one) => one.owner.new === owner && one.grant?.new === grant);
    const oldOwner = old.owners.find(({ name }) => name === (owners.get(owner) ?? owner));
    return oldOwner?.grants.find(({ name }) => name === (rename?.grant?.old ?? grant)) ?? null;
  };
  return now.owners.flatMap((owner) =>
    owner.grants.flatMap((grant) => {
      const before = oldGrantOf(owner.name, grant.name);
      return ADVERTISED_KEYS.filter(
        (key) => canonicalJson(before?.[key] ?? null) !== canonicalJson(grant[key]),
      ).map((key) => ({
        grant: `${owner.name}.${grant.name}`,
        key,
        old: before?.[key] ?? null,
        new: grant[key],
      }));
    }),
  );
}

function describeAdvertised({ grant, key, old, new: now }: AdvertisedChange): string {
  const value = (agreed: AdvertisedChange['old']): string => {
    if (agreed === null) return 'none';
    return typeof agreed === 'number' ? String(agreed) : formatFirst(agreed, 20);
  };
  return `\`${key}\` of grant \`${grant}\` changes from ${value(old)} to ${value(now)}: what is reported of the routes that its owner advertises, not which requests are accepted`;
}

function findNotes(old: Policy, now: Policy): string[] {
  const value = (given: unknown): string =>
    `\`${typeof given === 'string' ? given : JSON.stringify(given)}\``;
  const noteOfChange = (what: string, of: (policy: Policy) => unknown, why: string): string[] => {
    const [before, after] = [of(old), of(now)].map(value);
    return before === after ? [] : [`${what} changes from ${before} to ${after}${why}`];
  };
  const { provider, region, account } = now.recipient;
  return [
    ...freezeNotes(old, now),
    ...noteOfChange(
      'the recipient',
      ({ recipient: one }) => `${one.provider} ${one.region} ${one.account}`,
      `: the old policy decided on no request to \`${provider} ${region} ${account}\``,
    ),
    ...noteOfChange(
      '`recipient.credentials`',
      ({ recipient }) => recipient.credentials,
      ': the identity of the acceptor',
    ),
    ...noteOfChange(
      '`recipient.expiry` in seconds',
      ({ recipient }) => recipient.expiry,
      ': which deadlines are reported',
    ),
    ...noteOfChange(
      '`limits.acceptsPerRun`',
      ({ limits }) => limits.acceptsPerRun,
      ': how many requests a run accepts, not which',
    ),
    ...sharingNotes(old, now),
  ];
}

/** A connection that becomes shared, or exclusive: even if no decision changes, it is another party that can make requests there. */
function sharingNotes(old: Policy, now: Policy): string[] {
  const lists = (policy: Policy, list: 'connections' | 'sharedConnections'): ReadonlySet<string> =>
    new Set(policy.owners.flatMap((owner) => owner[list]));
  const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] =>
    [...a].filter((one) => b.has(one)).sort();
  return [
    ...both(lists(old, 'connections'), lists(now, 'sharedConnections')).map(
      (connection) =>
        `connection \`${connection}\` changes from exclusive to shared: it no longer identifies an owner, and only grants with a pin apply there`,
    ),
    ...both(lists(old, 'sharedConnections'), lists(now, 'connections')).map(
      (connection) =>
        `connection \`${connection}\` changes from shared to exclusive: it now identifies its owner, and every request on it is this owner's`,
    ),
  ];
}

function freezeNotes(old: Policy, now: Policy): string[] {
  if (old.freeze && now.freeze)
    return ['both policies are frozen and accept nothing; they are compared as if they were not frozen'];
  if (now.freeze)
    return ['the new policy is frozen and accepts nothing; it is compared as if it were not frozen'];
  return old.freeze ? ['the freeze is lifted: everything that the new policy allows becomes acceptable'] : [];
}

/** An owner or a grant with another name in the new policy. Records of accepted interfaces keep the old name. */
export interface Rename {
  /** the names of the owner, equal if only its grant has another name */
  readonly owner: { readonly old: string; readonly new: string };
  /** `null` if it is the owner itself that has another name */
  readonly grant: { readonly old: string; readonly new: string } | null;
}

/**
 * Finds owners with the same connections, or the same pins on shared ones, under another name, and grants of one owner with the same gateway and `match`. Other changes,
 * such as limits and times, do not hide a rename. A name that both policies have is not a rename.
 */
function findRenames(old: Policy, now: Policy): Rename[] {
  if (recipientKey(old.recipient) !== recipientKey(now.recipient)) return [];
  const owners = pairRenamed(old.owners, now.owners, identityOf);
  return [
    ...owners.map(([before, after]) => ({ owner: { old: before.name, new: after.name }, grant: null })),
    ...[...owners, ...pairUnchanged(old.owners, now.owners)].flatMap(([before, after]) =>
      pairRenamed(before.grants, after.grants, ({ gateway, type, match }) => [gateway, type, match]).map(
        ([one, other]) => ({
          owner: { old: before.name, new: after.name },
          grant: { old: one.name, new: other.name },
        }),
      ),
    ),
  ];
}

/** What identifies an owner: its exclusive connections, or else its pins on shared ones, which other owners have too. */
function identityOf({ connections, sharedConnections, grants }: Owner): unknown {
  const pins = grants.filter(({ match }) => isPinned(match)).map(({ type, match }) => ({ type, match }));
  return { connections, sharedConnections, pins: connections.length > 0 ? [] : sortByJson(pins) };
}

function sortByJson(all: readonly unknown[]): string[] {
  return all.map(canonicalJson).sort();
}

/** A rename as a sentence. */
function describeRename({ owner, grant }: Rename): string {
  const [before, after] =
    grant === null ? [owner.old, owner.new] : [`${owner.old}.${grant.old}`, `${owner.new}.${grant.new}`];
  const what = grant === null ? 'owner' : 'grant';
  return `${what} \`${before}\` is renamed to \`${after}\`: interfaces accepted under the old name count against limits until they are deleted, and receipts and events keep the old name`;
}

/** Pairs of entries whose names are in one policy only and whose contents are equal. */
function pairRenamed<One extends Owner | Grant>(
  old: readonly One[],
  now: readonly One[],
  content: (one: One) => unknown,
): [One, One][] {
  const names = (all: readonly One[]): ReadonlySet<string> => new Set(all.map(({ name }) => name));
  const [before, after] = [names(old), names(now)];
  const removed = Map.groupBy(
    old.filter(({ name }) => !after.has(name)),
    (one) => canonicalJson(content(one)),
  );
  return now
    .filter(({ name }) => !before.has(name))
    .flatMap((one): [One, One][] => {
      const match = removed.get(canonicalJson(content(one)))?.shift();
      return match === undefined ? [] : [[match, one]];
    });
}

function pairUnchanged(old: readonly Owner[], now: readonly Owner[]): [Owner, Owner][] {
  const byName = new Map(now.map((owner) => [owner.name, owner]));
  return old.flatMap((owner): [Owner, Owner][] => {
    const after = byName.get(owner.name);
    return after === undefined ? [] : [[owner, after]];
  });
}
