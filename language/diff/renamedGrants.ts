import { canonicalJson } from '../../core/json.ts';
import { type Grant, type Owner, type Policy, recipientKey } from '../../core/policy.ts';

/** An owner or a grant with another name in the new policy. Records of accepted interfaces keep the old name. */
export interface Rename {
  /** the names of the owner, equal if only its grant has another name */
  readonly owner: { readonly old: string; readonly new: string };
  /** `null` if it is the owner itself that has another name */
  readonly grant: { readonly old: string; readonly new: string } | null;
}

/**
 * Finds owners with the same connections under another name, and grants of one owner with the same gateway and `match`. Other changes,
 * such as limits and times, do not hide a rename. A name that both policies have is not a rename.
 */
export function findRenames(old: Policy, now: Policy): Rename[] {
  if (recipientKey(old.recipient) !== recipientKey(now.recipient)) return [];
  const owners = pairRenamed(old.owners, now.owners, ({ connections }) => connections);
  return [
    ...owners.map(([before, after]) => ({ owner: { old: before.name, new: after.name }, grant: null })),
    ...[...owners, ...pairUnchanged(old.owners, now.owners)].flatMap(([before, after]) =>
      pairRenamed(before.grants, after.grants, ({ gateway, match }) => [gateway, match]).map(
        ([one, other]) => ({
          owner: { old: before.name, new: after.name },
          grant: { old: one.name, new: other.name },
        }),
      ),
    ),
  ];
}

/** A rename as a sentence. */
export function describeRename({ owner, grant }: Rename): string {
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
