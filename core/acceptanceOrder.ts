import { compareByCodePoint } from './printableText.ts';

/** What the order of work depends on. */
export interface AcceptanceCandidate {
  readonly id: string;
  readonly owner: string;
  readonly firstSeen: string;
  /** attempts that came to nothing */
  readonly failureCount: number;
  /** the end to fear, ISO 8601; `null` when there is none */
  readonly due: string | null;
}

/** What the order depends on beside the requests. */
export interface OrderContext {
  readonly at: Date;
  /** from the last complete listing to this one, in milliseconds; `null`: not known */
  readonly intervalMs: number | null;
  readonly acceptsPerRun: number;
  /** when owners had their last turns: see `turnsAfter` */
  readonly turns: Readonly<Record<string, string>>;
}

/** What may expire within so long is urgent, however often runs come, in milliseconds. */
const URGENT_MS = 6 * 60 * 60 * 1000;

/** Further runs that a request has after the one in which its owner gets a turn, for confirms that fail. */
const SPARE_RUNS = 3;

/**
 * The order in which a run attempts what the policy allows. Urgent requests come first, then the rest; in both, owners take
 * turns, one request each, so that none can crowd out another. The owner whose last turn is longest ago begins. One
 * without a turn on record is as old as its oldest request here. Failures order the requests of one owner only.
 *
 * With K owners in it and A accepts in a run, A owners get a turn in each run, or all of them. An owner that waits comes
 * after any other one at most once, for a turn makes that one the younger of the two. So the first request of each owner, in
 * its own order, is attempted within ceil(K/A) runs after it became urgent, and of what is not urgent as soon as urgent
 * requests leave room. It is urgent three runs earlier than that takes.
 *
 * The urgent part has a bounded length, or an owner could fill the time of a run with requests that the preflight checks
 * hold. What it leaves out is first among the other requests of its owner.
 */
export function orderCandidates<C extends AcceptanceCandidate>(
  candidates: readonly C[],
  standing: OrderContext,
): C[] {
  const owners = inTurn(candidates, standing);
  const isUrgent = urgency(owners.length, standing);
  const urgent = candidates.filter(isUrgent);
  const most = Math.max(standing.acceptsPerRun, new Set(urgent.map(({ owner }) => owner)).size);
  const first = takingTurns(urgent.toSorted(inOwnOrder), owners).slice(0, most);
  const begun = new Set(first);
  const rest = candidates.filter((candidate) => !begun.has(candidate));
  const later = rest.toSorted((a, b) => Number(isUrgent(b)) - Number(isUrgent(a)) || inOwnOrder(a, b));
  return [...first, ...takingTurns(later, owners)];
}

/**
 * When owners had their last turns, as the next run needs it. Nothing is kept while every owner gets a turn: then the wait of
 * each begins again.
 * @param waited owners of what this run could accept, whether or not it came to them
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
  /** in milliseconds */
  readonly since: number;
  readonly hadTurn: boolean;
}

/** Owners by the time since which they wait, the longest first. One that withdraws a request and offers it again waits since then. */
function inTurn(candidates: readonly AcceptanceCandidate[], { turns, at }: OrderContext): string[] {
  const waiting = [...Map.groupBy(candidates, ({ owner }) => owner)].map(([owner, own]): Waiting => {
    const turn = Object.hasOwn(turns, owner) ? Date.parse(turns[owner] ?? '') : Number.NaN;
    // A turn in the future was timed by a clock that ran ahead.
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

function urgency(
  owners: number,
  { at, intervalMs, acceptsPerRun }: OrderContext,
): (one: AcceptanceCandidate) => boolean {
  const runs = Math.ceil(owners / Math.max(1, acceptsPerRun)) + SPARE_RUNS;
  const end = at.getTime() + Math.max(URGENT_MS, runs * (intervalMs ?? 0));
  return ({ due }) => due !== null && Date.parse(due) <= end;
}

/** Of requests in the order of each owner: one of each in turn. */
function takingTurns<C extends AcceptanceCandidate>(requests: readonly C[], owners: readonly string[]): C[] {
  const queues = Map.groupBy(requests, ({ owner }) => owner);
  const inOrder = owners.map((owner) => queues.get(owner) ?? []);
  const longest = Math.max(0, ...inOrder.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => inOrder.flatMap((queue) => queue[turn] ?? [])).flat();
}

/** Never failed first, then fewest failures; among those the soonest deadline. The order of the input does not matter. */
function inOwnOrder(a: AcceptanceCandidate, b: AcceptanceCandidate): number {
  if (a.failureCount !== b.failureCount) return a.failureCount - b.failureCount;
  // What has no deadline waits.
  if (a.due !== b.due) return a.due === null ? 1 : b.due === null ? -1 : compareByCodePoint(a.due, b.due);
  return compareByCodePoint(a.id, b.id);
}
