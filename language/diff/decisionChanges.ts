import { type Policy, recipientKey } from '../../core/policy.ts';
import type { Point } from '../algebra/setAlgebra.ts';
import { type Acceptable, acceptable, type Grantable } from '../requestSets/acceptedRequests.ts';
import { type Box, both, meet } from '../requestSets/fieldProduct.ts';
import { usualPoint } from '../requestSets/policyRequests.ts';
import { plain, pointOf, type Region } from '../requestSets/requestSet.ts';

/** Requests whose decision changes, all in one way. */
export interface Change {
  /** `added`: become acceptable; `removed`: stop being so; `moved`: get another gateway */
  readonly kind: 'added' | 'removed' | 'moved';
  /** by which they are accepted: of the new policy, where that accepts them */
  readonly owner: string;
  readonly grant: string;
  /** of the old and of the new policy; `null` where that accepts none of them */
  readonly gateways: { readonly old: Gateway | null; readonly new: Gateway | null };
  readonly region: Region;
  /** one of them, at an instant */
  readonly witness: Point;
}

export interface Gateway {
  readonly id: string;
  /** in the policy, when it has one */
  readonly name: string | null;
}

/**
 * Which requests a change of policy decides otherwise from an instant on, live interfaces left aside: limits are compared by
 * themselves. Exact, and empty for policies that mean the same however they are written.
 * @param at in milliseconds
 */
export function changesBetween(old: Policy, now: Policy, at: number): Change[] {
  const [before, after] = [acceptable(old, at), acceptable(now, at)];
  // Requests to one recipient are none to another.
  const isSame = recipientKey(old.recipient) === recipientKey(now.recipient);
  return [
    ...after.grants.flatMap((one) => onlyIn('added', one, after, isSame ? before : NOTHING, now, at)),
    ...before.grants.flatMap((one) => onlyIn('removed', one, before, isSame ? after : NOTHING, old, at)),
    ...(isSame ? after.grants.flatMap((one) => moved(one, before, after, now, at)) : []),
  ];
}

const NOTHING: Acceptable = { grants: [], on: () => [], held: () => [] };

/** What `one` makes its own policy accept and the other does not: no grant there fits it, or something holds it. */
function onlyIn(
  kind: 'added' | 'removed',
  one: Grantable,
  own: Acceptable,
  other: Acceptable,
  policy: Policy,
  at: number,
): Change[] {
  const { connections } = one.owner;
  const held = own.held(connections);
  const theirs = other.on(connections);
  // What holds here as well decides nothing otherwise.
  const heldThere = other.held(connections).filter(({ key }) => held.every((hold) => hold.key !== key));
  const except = held.map(({ box }) => box);
  const isThere = theirs.some(({ key }) => key === one.key);
  const regions: Region[] = [
    ...(isThere ? [] : [{ box: one.box, except: [...namesakeFirst(one, theirs), ...except] }]),
    ...(heldThere.length === 0 ? [] : theirs.filter(({ box }) => meet(one.box, box))).flatMap(({ box }) =>
      heldThere.map((hold) => ({ box: both(both(one.box, box), hold.box), except })),
    ),
  ];
  const gateway = gatewayOf(one);
  const gateways = kind === 'added' ? { old: null, new: gateway } : { old: gateway, new: null };
  return regions.flatMap((region) => change(kind, one, gateways, region, policy, at));
}

/** What a grant is except is as a rule what it was before: then no other has to be compared. */
function namesakeFirst({ owner, grant }: Grantable, others: readonly Grantable[]): Box[] {
  const isNamesake = (one: Grantable): boolean =>
    one.owner.name === owner.name && one.grant.name === grant.name;
  return [...others.filter(isNamesake), ...others.filter((one) => !isNamesake(one))].map(({ box }) => box);
}

function moved(one: Grantable, before: Acceptable, after: Acceptable, policy: Policy, at: number): Change[] {
  const { connections } = one.owner;
  const except = [...after.held(connections), ...before.held(connections)].map(({ box }) => box);
  return before
    .on(connections)
    .filter(({ grant, box }) => grant.gateway !== one.grant.gateway && meet(one.box, box))
    .flatMap((theirs) => {
      const gateways = { old: gatewayOf(theirs), new: gatewayOf(one) };
      return change('moved', one, gateways, { box: both(one.box, theirs.box), except }, policy, at);
    });
}

function change(
  kind: Change['kind'],
  { owner, grant }: Grantable,
  gateways: Change['gateways'],
  region: Region,
  policy: Policy,
  at: number,
): Change[] {
  const witness = pointOf(region, usualPoint(policy, at));
  if (witness === null) return [];
  return [{ kind, owner: owner.name, grant: grant.name, gateways, region: plain(region), witness }];
}

function gatewayOf({ grant: { gateway, gatewayName } }: Grantable): Gateway {
  return { id: gateway, name: gatewayName };
}
