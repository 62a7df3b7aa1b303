import { customerOf } from '../plan/carrierPolicy.ts';
import { typeOf } from '../plan/constants.ts';
import type { PlainOwner, PlainPolicy } from '../plan/plainPolicy.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { decideByRules } from './decisionRules.ts';
import { isOffer, isPending, mayBeLive, type Truth } from './groundTruth.ts';
import type { Scene } from './safetyInvariant.ts';
import type { Violations } from './violations.ts';

/** Number of runs after which a fault has no effect any more. */
const SETTLED = 3;

/** Requests that expire within this time, in milliseconds, may be processed first. */
const URGENT = 4 * 86_400_000;

/** The wait of an owner for its turn. */
interface Wait {
  /** number of runs without faults in which it had no turn */
  readonly runs: number;
  /** the other owners that had a turn in these runs */
  readonly served: ReadonlySet<string>;
}

/**
 * Checks that a run without faults accepts every request that could be accepted during the whole run, or that it reached its
 * limit. In that case, the owner has a turn within as many such runs as there are owners that wait or had a turn meanwhile.
 */
export function checkLiveness(scene: Scene, { addViolation }: Violations) {
  const { plan, truths, badSince, world, wallClock, now } = scene;
  let cleanRuns = SETTLED;
  let wallClockAtStart = 0;
  /** IDs of requests without a known earlier listing that lacked them */
  const ageUnknown = new Set<string>();
  let hasListed = false;
  let offBefore = wallClock() - now();
  /** how long each waiting owner has waited since its last turn */
  const waits = new Map<string, Wait>();

  /** The gateway that the request could have had during the whole run, if it had been processed first. */
  function missed({ policy }: VirtualRun, request: Truth, live: readonly Truth[]): string | null {
    // An unreadable interface may use any VLAN of its connection. If it is not a mere offer, it may also take a slot of any grant of its owner.
    const isObscured = live.some(
      (other) =>
        other !== request &&
        other.shown.isUnreadable &&
        (other.shown.connection === request.shown.connection ||
          (ownerOf(policy, other) === ownerOf(policy, request) &&
            (other.strangeSince !== null || other.taken !== null))),
    );
    if (isObscured) return null;
    // An interface in an undocumented state that we tried to confirm may be live. When its grant is no longer in the policy, it may be
    // a renamed one: then it takes a slot of every grant of its owner.
    const mayHoldAnySlot = live.some(
      (other) =>
        other.strangeSince !== null &&
        other.attempted !== null &&
        ownerOf(policy, other) === ownerOf(policy, request),
    );
    if (mayHoldAnySlot) return null;
    const seen = (truth: Truth) => ({ truth, shown: truth.shown });
    const others = live.filter((other) => other !== request).map(seen);
    const context = { request: seen(request), live: others, acceptedThisRun: 0 };
    const [before, after] = [wallClockAtStart, wallClock()].map((at) =>
      decideByRules(plan, policy, { ...context, wallClock: at }),
    );
    const gateway = before?.gateway ?? null;
    const isSame = gateway !== null && after?.gateway === gateway;
    return isSame && badSince.get(gateway) === null && typeOf(gateway) === request.type ? gateway : null;
  }

  function checkRun(run: VirtualRun, isSettled: boolean): void {
    const all = [...truths.values()];
    const waiting = all.filter(
      (truth) => isOffer(truth) && isPending(truth, run.startedAt) && isPending(truth, now()),
    );
    const live = all.filter((truth) => mayBeLive(truth, world()));
    // A confirm that may still take effect counts for a while.
    if (!isSettled && waiting.length > 1) return;
    const left = waiting.filter((request) => missed(run, request, live) !== null);
    if (run.accepted >= run.policy.acceptsPerRun) takeTurns(run, left);
    else
      for (const { id } of left)
        addViolation(
          'liveness',
          `${id} could have been accepted, and a run without faults did not (${run.end})`,
        );
  }

  /** Each owner with a remaining request waits, unless it had a turn. */
  function takeTurns({ policy, attempts, descriptions }: VirtualRun, left: readonly Truth[]): void {
    // A request that was described and not confirmed counts as a turn: the preflight checks held it.
    const served = new Set(
      [...attempts, ...descriptions.keys()].map((id) => ownerOf(policy, truths.get(id))),
    );
    const waiting = new Set(left.map((truth) => ownerOf(policy, truth)));
    for (const owner of waits.keys()) if (served.has(owner) || !waiting.has(owner)) waits.delete(owner);
    for (const owner of [...waiting].filter((one) => !served.has(one))) {
      // Requests that may expire soon come first, and may belong to another owner.
      if (left.some((truth) => ownerOf(policy, truth) !== owner && isUrgent(truth))) continue;
      const before = waits.get(owner) ?? { runs: 0, served: new Set<string>() };
      const wait = { runs: before.runs + 1, served: new Set([...before.served, ...served]) };
      waits.set(owner, wait);
      // Every other owner may have one turn before it. An owner that had that turn in an earlier run counts too, although it no longer waits.
      const bound = Math.ceil(new Set([...wait.served, ...waiting]).size / policy.acceptsPerRun);
      if (wait.runs >= bound)
        addViolation(
          'liveness',
          `${owner} waits with an allowed request, and had no turn in ${wait.runs} runs without faults`,
        );
    }
  }

  /** A request with an unknown creation time may expire at any time. */
  function isUrgent({ id, expiresAt }: Truth): boolean {
    return expiresAt !== null && (ageUnknown.has(id) || expiresAt - now() < URGENT);
  }

  /** Records pending requests while there is no valid earlier listing: there was none, or the clock was set back since. */
  function recordUnknownAges(): void {
    const off = wallClock() - now();
    if (hasListed && off >= offBefore) return;
    offBefore = off;
    for (const truth of truths.values()) if (isPending(truth, now())) ageUnknown.add(truth.id);
  }

  return {
    begins: (): void => {
      wallClockAtStart = wallClock();
      recordUnknownAges();
    },
    ends: (run: VirtualRun): void => {
      hasListed ||= run.end === 'completed';
      if (!run.isClean) {
        cleanRuns = 0;
        waits.clear();
        return;
      }
      for (const truth of truths.values())
        truth.seen ||= run.end === 'completed' && isPending(truth, now()) && truth.madeAt < run.startedAt;
      checkRun(run, cleanRuns >= SETTLED);
      cleanRuns += 1;
    },
  };
}

/** The owner in the policy that really offered it; empty if none did. */
function ownerOf({ owners }: PlainPolicy, truth: Truth | undefined): string {
  if (truth === undefined) return '';
  const { requester, shown } = truth;
  const isTheirs = ({ name, connections, sharedConnections }: PlainOwner): boolean =>
    connections.includes(shown.connection) ||
    (sharedConnections.includes(shown.connection) && customerOf(name) === requester);
  return owners.find(isTheirs)?.name ?? '';
}
