import { canonicalJson } from '../../core/json.ts';
import { type Grant, type Owner, type Policy, recipientKey } from '../../core/policy.ts';

/** An owner or a grant that has another name in the new policy. Records of what was given name the old one. */
export interface Rename {
  /** `null` on a grant of an owner that keeps its name */
  readonly owner: { readonly old: string; readonly new: string };
  /** `null`: the owner itself has another name */
  readonly grant: { readonly old: string; readonly new: string } | null;
}

/**
 * Owners with the same connections under another name, and grants of one owner with the same gateway and `match`. What was changed
 * besides a name, limits and times among it, does not hide a rename; a name that both policies have is none.
 */
export function findRenames(old: Policy, now: Policy): Rename[] {
  if (recipientKey(old.recipient) !== recipientKey(now.recipient)) return [];
  const owners = pairs(old.owners, now.owners, ({ connections }) => connections);
  return [
    ...owners.map(([before, after]) => ({ owner: { old: before.name, new: after.name }, grant: null })),
    ...[...owners, ...kept(old.owners, now.owners)].flatMap(([before, after]) =>
      pairs(before.grants, after.grants, ({ gateway, match }) => [gateway, match]).map(([one, other]) => ({
        owner: { old: before.name, new: after.name },
        grant: { old: one.name, new: other.name },
      })),
    ),
  ];
}

/** A rename in a sentence. */
export function describeRename({ owner, grant }: Rename): string {
  const [before, after] =
    grant === null ? [owner.old, owner.new] : [`${owner.old}.${grant.old}`, `${owner.new}.${grant.new}`];
  const what = grant === null ? 'owner' : 'grant';
  return `${what} \`${before}\` is renamed to \`${after}\`: what was given under the old name keeps counting against limits until it is over, and receipts and events keep the old name`;
}

/** Those that only one side has by name, matched by what they are. */
function pairs<One extends Owner | Grant>(
  old: readonly One[],
  now: readonly One[],
  content: (one: One) => unknown,
): [One, One][] {
  const names = (all: readonly One[]): ReadonlySet<string> => new Set(all.map(({ name }) => name));
  const [before, after] = [names(old), names(now)];
  const gone = Map.groupBy(
    old.filter(({ name }) => !after.has(name)),
    (one) => canonicalJson(content(one)),
  );
  return now
    .filter(({ name }) => !before.has(name))
    .flatMap((one): [One, One][] => {
      const match = gone.get(canonicalJson(content(one)))?.shift();
      return match === undefined ? [] : [[match, one]];
    });
}

function kept(old: readonly Owner[], now: readonly Owner[]): [Owner, Owner][] {
  const byName = new Map(now.map((owner) => [owner.name, owner]));
  return old.flatMap((owner): [Owner, Owner][] => {
    const after = byName.get(owner.name);
    return after === undefined ? [] : [[owner, after]];
  });
}
