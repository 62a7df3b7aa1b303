import { compareByCodePoint } from '../../core/printableText.ts';
import { type ForgeState, findSettled } from './planActions.ts';
import { formatKey, idOfBranch, type RequestKey } from './proposal.ts';

/** A held request for which an edit may help. */
export interface Candidate {
  readonly key: RequestKey;
  readonly target: string;
  /** `null`: an unknown requester */
  readonly owner: string | null;
  /** `null`: the API names none */
  readonly connection: string | null;
  /** the earliest end of the request; `null`: unknown, so it can be at any moment */
  readonly expires: string | null;
}

/** Which requests get a proposal. Making one takes long, so this is decided before. */
export interface ChosenRequests<C extends Candidate> {
  /** those with an open pull request, which may need an update */
  readonly open: readonly C[];
  /** those without one, in the order in which they get one; more than `slots` allow */
  readonly fresh: readonly C[];
  /** those for which a person closed or merged the pull request */
  readonly settled: readonly { readonly candidate: C; readonly code: 'closed-by-person' | 'merged' }[];
  /** how many new pull requests may be opened */
  readonly slots: { readonly owners: number; readonly unknown: number };
}

const DAY_MS = 24 * 3_600_000;

/**
 * Chooses the requests that get a proposal. Owners take turns, so that one with many requests does not keep the others waiting. So do the
 * connections of unknown requesters: a connection is the only part of a request that its requester cannot choose. Unknown requesters have slots
 * of their own, which count what was opened within a day too: who offers and withdraws again and again must not have a pull request each time.
 * @param max the most open pull requests for owners, and as many for unknown requesters
 */
export function chooseRequests<C extends Candidate>(
  candidates: readonly C[],
  forge: ForgeState,
  max: number,
  now: Date,
): ChosenRequests<C> {
  const found = candidates.map((candidate) => ({
    candidate,
    ...findSettled(formatKey(candidate.key), candidate, forge),
  }));
  const open = found.filter((one) => one.open !== null).map(({ candidate }) => candidate);
  const fresh = found.flatMap((one) => (one.open === null && one.settled === null ? [one.candidate] : []));
  const [ofUnknown, ofOwners] = [fresh.filter(isOfUnknown), fresh.filter((one) => !isOfUnknown(one))];
  return {
    open,
    fresh: [
      ...takeTurns(ofOwners, open, ({ target, owner }) => `${target}/${owner}`),
      ...takeTurns(
        ofUnknown,
        open.filter(isOfUnknown),
        ({ target, connection }) => `${target}/${connection}`,
      ),
    ],
    settled: found.flatMap((one) =>
      one.open === null && one.settled !== null ? [{ candidate: one.candidate, code: one.settled.code }] : [],
    ),
    slots: countSlots(open, forge, max, now),
  };
}

/** The free slots: of each kind `max`, without those of open pull requests and, for unknown requesters, of the last day. */
function countSlots(
  open: readonly Candidate[],
  { pulls }: ForgeState,
  max: number,
  now: Date,
): ChosenRequests<Candidate>['slots'] {
  const ofUnknown = pulls.filter(
    ({ isOpen, markers, createdAt }) =>
      markers?.version?.kind === 'draft' && (isOpen || now.getTime() - Date.parse(createdAt) < DAY_MS),
  );
  const others = pulls.filter(
    ({ isOpen, markers, branch }) =>
      isOpen && markers?.version?.kind !== 'draft' && (markers !== null || idOfBranch(branch) !== null),
  );
  const owners = Math.max(others.length, open.filter(({ owner }) => owner !== null).length);
  return { owners: Math.max(0, max - owners), unknown: Math.max(0, max - ofUnknown.length) };
}

function isOfUnknown({ owner }: Candidate): boolean {
  return owner === null;
}

/**
 * Orders requests so that their parties take turns: next is that of the party with the fewest so far, then the earliest expiry.
 * @param partyOf the owner, or the connection of an unknown requester
 */
function takeTurns<C extends Candidate>(
  fresh: readonly C[],
  open: readonly Candidate[],
  partyOf: (candidate: Candidate) => string,
): C[] {
  const counts = new Map<string, number>();
  const placed = [...open, ...fresh.toSorted(compareExpiry)].map((candidate) => {
    const party = partyOf(candidate);
    const before = counts.get(party) ?? 0;
    counts.set(party, before + 1);
    return { candidate, before };
  });
  const places = new Map(placed.map(({ candidate, before }) => [candidate, before] as const));
  const placeOf = (candidate: Candidate): number => places.get(candidate) ?? 0;
  return fresh.toSorted((a, b) => placeOf(a) - placeOf(b) || compareExpiry(a, b));
}

function compareExpiry(a: Candidate, b: Candidate): number {
  return (
    compareByCodePoint(a.expires ?? '', b.expires ?? '') ||
    compareByCodePoint(formatKey(a.key), formatKey(b.key))
  );
}
