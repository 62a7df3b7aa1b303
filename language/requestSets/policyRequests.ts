import { MATCH_FIELD_NAMES, type Match } from '../../core/fields/match.ts';
import type { VirtualInterface } from '../../core/model.ts';
import type { Grant, HoldLine, Owner, Policy } from '../../core/policy.ts';
import { type Members, members, only, otherText, type Ranges, ranges } from '../algebra/intervalSets.ts';
import {
  type Axis,
  given,
  type Optional,
  optional,
  type Point,
  putting,
  type Side,
  side,
} from '../algebra/setAlgebra.ts';
import { unpaired } from '../decideInIsolation.ts';
import { LANGUAGE_FIELDS, type LanguageField } from '../fields/matchFields.ts';
import { USUAL } from '../fields/sessionField.ts';
import { type Box, boxOf } from './fieldProduct.ts';

/** Requests that a grant fits, when, and from whom, without those that are held whatever a policy says. */
export function boxOfGrant({ recipient }: Policy, owner: Owner, grant: Grant): Box {
  return boxOf([
    // First what tells grants of one owner apart: most pairs are known not to meet by that alone.
    ...sidesOf(grant.match, 'fits'),
    ...LANGUAGE_FIELDS.connection.fits(owner.connections),
    side(ACCOUNT, given(only(accountsOf(recipient, owner)))),
    side(TIME, [[from(grant), until(grant)]]),
    side(PAIRED, only([true])),
  ]);
}

/** Requests that a `hold` line concerns. */
export function boxOfHold({ match }: HoldLine): Box {
  return boxOf(sidesOf(match, 'touches'));
}

/** Points from an instant on, in milliseconds. */
export function since(at: number): Side {
  return side(TIME, [[at, LAST]]);
}

/** A request of this target of which nothing particular is known, with a connection that is nobody's. */
export function usualPoint({ recipient: { provider, account } }: Policy, at: number): Point {
  const request: VirtualInterface = {
    region: null,
    id: 'dxvif-example',
    state: 'confirming',
    type: 'private',
    ownerAccount: account,
    connection: 'dxcon-any',
    name: 'any',
    location: 'PAR1',
    vlan: 100,
    mtu: provider === 'aws' ? 1500 : null,
    gateway: null,
    tags: provider === 'aws' ? {} : null,
    peers: [USUAL],
    faults: [],
    unreadable: [],
  };
  return { request, at };
}

/** As `identify` tells them: where the API reveals the requester before acceptance, it may be the owner's own account. */
function accountsOf({ provider, account }: Policy['recipient'], owner: Owner): string[] {
  return provider === 'outscale' && owner.account !== null ? [account, owner.account] : [account];
}

/** What a `match` or a `hold` line demands, axis by axis. */
export function sidesOf(match: Match, mode: 'fits' | 'mayFit' | 'touches'): Side[] {
  return MATCH_FIELD_NAMES.flatMap((field) => {
    const wanted = match[field];
    const language: LanguageField<unknown> = LANGUAGE_FIELDS[field];
    return wanted === null ? [] : language[mode](wanted);
  });
}

const ACCOUNT: Axis<Optional<Members<string>>, string | null> = {
  ...optional(members({ other: otherText('999999999999', '999999999998'), format: String })),
  name: 'account',
  source: null,
  get: ({ request }) => request.ownerAccount,
  put: putting((_, ownerAccount: string | null) => ({ ownerAccount })),
};

/**
 * Whether the addresses of every session make sense as a pair. Those that do not are held as `peers-invalid`, whatever a policy says, so
 * no grant has them. The axis of `peers` has no values of theirs, so every member that is put into a point is paired.
 */
const PAIRED: Axis<Members<boolean>, boolean> = {
  ...members<boolean>({
    other: (than) => [true, false].find((value) => !than.has(value)) ?? null,
    format: String,
  }),
  name: 'paired',
  source: null,
  get: ({ request }) => unpaired(request).length === 0,
  // Nobody asks for a pair that makes no sense: only whether one is there.
  put: (point) => point,
};

/** What a date can say, in milliseconds. */
const LAST = 8.64e15;

const TIME: Axis<Ranges, number> = {
  ...ranges(-LAST, LAST, ([first, last]) =>
    [
      ...(first === -LAST ? [] : [`from ${instant(first)}`]),
      ...(last === LAST ? [] : [`until ${instant(last + 1)}`]),
    ].join(' '),
  ),
  name: 'time',
  source: null,
  get: ({ at }) => at,
  put: ({ request }, at) => ({ request, at }),
};

/** As people write it. */
export function instant(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function from({ from: begin }: Grant): number {
  return begin === null ? -LAST : Date.parse(begin);
}

/** The last millisecond at which it holds. */
function until({ until: end }: Grant): number {
  return end === null ? LAST : Date.parse(end) - 1;
}
