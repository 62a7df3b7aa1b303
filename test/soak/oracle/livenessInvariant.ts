import type { PlainPolicy } from '../plan/plainPolicy.ts';
import type { VirtualRun } from '../virtualRun.ts';
import { decideByRules } from './decisionRules.ts';
import { isOffer, isPending, mayBeLive, type Truth } from './groundTruth.ts';
import type { Scene } from './safetyInvariant.ts';
import type { Verdicts } from './violations.ts';

/** So many passes later nothing of an unlucky one is in the way any more. */
const SETTLED = 3;

/** What expires within so long may come before all that does not, in milliseconds. */
const URGENT = 4 * 86_400_000;

/**
 * What could be accepted for the whole of a pass that nothing went wrong with is accepted in it, or the pass accepted as many
 * as it may. Then its owner has a turn within as many such passes as it takes to give one to each owner that waits.
 */
export function checkLiveness(scene: Scene, { blame }: Verdicts) {
  const { plan, truths, badSince, world, civil, now } = scene;
  let cleanPasses = SETTLED;
  let civilAtStart = 0;
  /** IDs of what no listing is known to precede */
  const ageless = new Set<string>();
  let hasListed = false;
  let offBefore = civil() - now();
  /** passes since the last turn of each owner that waits */
  const waits = new Map<string, number>();

  /** The gateway that it could have had from the beginning of the pass to its end, had it come first. */
  function missed({ policy }: VirtualRun, request: Truth, live: readonly Truth[]): string | null {
    // Of what may be live and cannot be read in some field, nobody knows which VLAN it takes, and which grants it fits.
    const isObscured = live.some(
      ({ id, shown }) => id !== request.id && shown.isOdd && shown.connection === request.shown.connection,
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
    const standing = { request: seen(request), live: others, acceptedThisRun: 0 };
    const [before, after] = [civilAtStart, civil()].map((at) =>
      decideByRules(plan, policy, { ...standing, civil: at }),
    );
    const gateway = before?.gateway ?? null;
    return gateway !== null && after?.gateway === gateway && badSince.get(gateway) === null ? gateway : null;
  }

  function judge(run: VirtualRun, isSettled: boolean): void {
    const all = [...truths.values()];
    const waiting = all.filter(
      (truth) => isOffer(truth) && isPending(truth, run.startedAt) && isPending(truth, now()),
    );
    const live = all.filter((truth) => mayBeLive(truth, world()));
    // A confirm that may yet take effect keeps its place for a while.
    if (!isSettled && waiting.length > 1) return;
    const left = waiting.filter((request) => missed(run, request, live) !== null);
    if (run.accepted >= run.policy.acceptsPerPass) takeTurns(run, left);
    else
      for (const { id } of left)
        blame('liveness', `${id} could have been accepted, and a sound pass left it (${run.end})`);
  }

  /** Each owner with a request that is left waits, unless it had a turn. */
  function takeTurns({ policy, attempts, looks }: VirtualRun, left: readonly Truth[]): void {
    // One that was described and not confirmed had its turn too: the preflight checks held it.
    const served = new Set([...attempts, ...looks.keys()].map((id) => ownerOf(policy, truths.get(id))));
    const waiting = new Set(left.map((truth) => ownerOf(policy, truth)));
    const bound = Math.ceil(new Set([...served, ...waiting]).size / policy.acceptsPerPass);
    for (const owner of waits.keys()) if (served.has(owner) || !waiting.has(owner)) waits.delete(owner);
    for (const owner of [...waiting].filter((one) => !served.has(one))) {
      // What may expire soon comes first, and may be another owner's.
      if (left.some((truth) => ownerOf(policy, truth) !== owner && isUrgent(truth))) continue;
      const passes = (waits.get(owner) ?? 0) + 1;
      waits.set(owner, passes);
      if (passes >= bound)
        blame('liveness', `${owner} waits with what is allowed, and had no turn in ${passes} sound passes`);
    }
  }

  /** What may have been made at any time may expire at any time. */
  function isUrgent({ id, expiresAt }: Truth): boolean {
    return expiresAt !== null && (ageless.has(id) || expiresAt - now() < URGENT);
  }

  /** Keeps what is pending while no listing before it counts: there was none, or the clock has stepped back since. */
  function keepAgeless(): void {
    const off = civil() - now();
    if (hasListed && off >= offBefore) return;
    offBefore = off;
    for (const truth of truths.values()) if (isPending(truth, now())) ageless.add(truth.id);
  }

  return {
    begins: (): void => {
      civilAtStart = civil();
      keepAgeless();
    },
    ends: (run: VirtualRun): void => {
      hasListed ||= run.end === 'completed';
      if (!run.isClean) {
        cleanPasses = 0;
        waits.clear();
        return;
      }
      for (const truth of truths.values())
        truth.seen ||= run.end === 'completed' && isPending(truth, now()) && truth.madeAt < run.startedAt;
      judge(run, cleanPasses >= SETTLED);
      cleanPasses += 1;
    },
  };
}

function ownerOf({ owners }: PlainPolicy, truth: Truth | undefined): string {
  return owners.find(({ connections }) => connections.includes(truth?.shown.connection ?? ''))?.name ?? '';
}
