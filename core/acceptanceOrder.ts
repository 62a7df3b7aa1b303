import { compareByCodePoint } from './printableText.ts';

/** What the order of acceptance depends on for one request. */
export interface AcceptanceCandidate {
  readonly id: string;
  readonly owner: string;
  readonly firstSeen: string;
  /** number of failed attempts */
  readonly failureCount: number;
  /** when it may expire, ISO 8601; `null`: it does not expire */
  readonly due: string | null;
}

/** What the order of acceptance depends on beside the requests. */
export interface OrderContext {
  readonly at: Date;
  /** from the last complete listing to this one, in milliseconds; `null`: unknown */
  readonly intervalMs: number | null;
  readonly acceptsPerRun: number;
  /** the time of each owner's last turn: see `turnsAfter` */
  readonly turns: Readonly<Record<string, string>>;
}

/** A request that may expire within this time is urgent, regardless of the interval between runs. In milliseconds. */
const URGENT_MS = 6 * 60 * 60 * 1000;

/** Runs that remain for a request after the run in which its owner gets a turn, in case confirms fail. */
const SPARE_RUNS = 3;

/**
 * The order in which a run attempts the requests that the policy allows. Urgent requests come first, then the others. In both
 * parts, owners take turns, one request each, so that no owner can crowd out another. The owner with the oldest last turn
 * begins; an owner without a recorded turn counts as waiting since its oldest request. Failed attempts affect only the order
 * among the requests of one owner.
 *
 * With K owners and A accepts per run, A owners (or all of them) get a turn in each run. A waiting owner comes after any
 * other owner at most once, because a turn puts that other owner behind it. So the first request of each owner, in its own
 * order, is attempted within ceil(K/A) runs after it became urgent; a request that is not urgent, as soon as urgent requests
 * leave room. A request becomes urgent three runs earlier than necessary.
 *
 * The urgent part is limited in length. Otherwise an owner could use up the time of a run with requests that the preflight
 * checks hold. Urgent requests beyond the limit come first among the other requests of their owner.
 */
export function orderCandidates<C extends AcceptanceCandidate>(
  candidates: readonly C[],
  context: OrderContext,
): C[] {
  const owners = ownersByWaitingTime(candidates, context);
  const isUrgent = createUrgencyTest(owners.length, context);
  const urgent = candidates.filter(isUrgent);
  const maxUrgent = Math.max(context.acceptsPerRun, new Set(urgent.map(({ owner }) => owner)).size);
  const first = takeTurns(urgent.toSorted(compareWithinOwner), owners).slice(0, maxUrgent);
  const chosen = new Set(first);
  const others = candidates.filter((candidate) => !chosen.has(candidate));
  const later = others.toSorted(
    (a, b) => Number(isUrgent(b)) - Number(isUrgent(a)) || compareWithinOwner(a, b),
  );
  return [...first, ...takeTurns(later, owners)];
}

/**
 * The last turns of owners after a run. The result is empty if every waiting owner had a turn: then all begin to wait again.
 * @param waited the owners of the requests that this run could accept, attempted or not
 * @param attempted those of them that had a turn
 */
export function turnsAfter(
  before: OrderContext['turns'],
  waited: ReadonlySet<string>,
  attempted: ReadonlySet<string>,
  at: Date,
): OrderContext['turns'] {
  if ([...waited].every((owner) => attempted.has(owner))) return {};
  const now = [...attempted].map((owner) => [owner, at.toISOString()] as const);
  return Object.fromEntries([...Object.entries(before), ...now]);
}

interface Waiting {
  readonly owner: string;
  /** milliseconds since the epoch */
  readonly since: number;
  readonly hadTurn: boolean;
}

/**
 * The owners in the order of their waiting time, the longest first. An owner that withdraws a request and offers it again
 * waits from that time.
 */
function ownersByWaitingTime(
  candidates: readonly AcceptanceCandidate[],
  { turns, at }: OrderContext,
): string[] {
  const waiting = [...Map.groupBy(candidates, ({ owner }) => owner)].map(([owner, own]): Waiting => {
    const turn = Object.hasOwn(turns, owner) ? Date.parse(turns[owner] ?? '') : Number.NaN;
    // Ignores a turn in the future: a clock that ran ahead timed it.
    if (turn <= at.getTime()) return { owner, since: turn, hadTurn: true };
    const since = own.reduce((least, { firstSeen }) => Math.min(least, Date.parse(firstSeen)), Infinity);
    return { owner, since, hadTurn: false };
  });
  return waiting
    .sort(
      (a, b) =>
        a.since - b.since || Number(a.hadTurn) - Number(b.hadTurn) || compareByCodePoint(a.owner, b.owner),
    )
    .map(({ owner }) => owner);
}

function createUrgencyTest(
  owners: number,
  { at, intervalMs, acceptsPerRun }: OrderContext,
): (one: AcceptanceCandidate) => boolean {
  const runs = Math.ceil(owners / Math.max(1, acceptsPerRun)) + SPARE_RUNS;
  const end = at.getTime() + Math.max(URGENT_MS, runs * (intervalMs ?? 0));
  return ({ due }) => due !== null && Date.parse(due) <= end;
}

/** Takes one request of each owner in turn. */
function takeTurns<C extends AcceptanceCandidate>(requests: readonly C[], owners: readonly string[]): C[] {
  const queues = Map.groupBy(requests, ({ owner }) => owner);
  const ordered = owners.map((owner) => queues.get(owner) ?? []);
  const longest = Math.max(0, ...ordered.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => ordered.flatMap((queue) => queue[turn] ?? [])).flat();
}

/** Compares by number of failed attempts, then by expiry, then by ID. The order of the input does not matter. */
function compareWithinOwner(a: AcceptanceCandidate, b: AcceptanceCandidate): number {
  if (a.failureCount !== b.failureCount) return a.failureCount - b.failureCount;
  // A request without a deadline comes last.
  if (a.due !== b.due) return a.due === null ? 1 : b.due === null ? -1 : compareByCodePoint(a.due, b.due);
  return compareByCodePoint(a.id, b.id);
}
