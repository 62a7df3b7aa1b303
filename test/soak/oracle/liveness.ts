import type { Run } from '../run.ts';
import { rule } from './rules.ts';
import type { Scene } from './safety.ts';
import { isLive, isOffer, isPending, type Truth } from './truth.ts';
import type { Verdicts } from './violations.ts';

/** So many passes later nothing of an unlucky one is in the way any more. */
const SETTLED = 3;

/** Whatever could be accepted for the whole of a pass that nothing went wrong with is accepted in it. */
export function watchLiveness(scene: Scene, { blame }: Verdicts) {
  const { plan, truths, badSince, world, civil, now } = scene;
  let cleanPasses = SETTLED;
  let civilAtStart = 0;

  /** The gateway that it could have had from the beginning of the pass to its end. */
  function missed(run: Run, request: Truth, live: readonly Truth[]): string | null {
    const standing = { request, live, acceptedThisPass: run.accepted };
    const [before, after] = [civilAtStart, civil()].map((at) =>
      rule(plan, run.policy, { ...standing, civil: at }),
    );
    const gateway = before?.gateway ?? null;
    return gateway !== null && after?.gateway === gateway && badSince.get(gateway) === null ? gateway : null;
  }

  function judge(run: Run, isSettled: boolean): void {
    const all = [...truths.values()];
    const waiting = all.filter(
      (truth) => isOffer(truth) && isPending(truth, run.startedAt) && isPending(truth, now()),
    );
    const live = all.filter((truth) => isLive(truth, world()));
    // A confirm that may yet take effect keeps its place for a while.
    if (run.accepted >= run.policy.acceptsPerPass || (!isSettled && waiting.length > 1)) return;
    for (const request of waiting) {
      const gateway = missed(run, request, live);
      if (gateway !== null)
        blame(
          'liveness',
          `${request.id} could have been accepted for ${gateway}, and a sound pass left it (${run.end})`,
        );
    }
  }

  return {
    begins: (): void => {
      civilAtStart = civil();
    },
    ends: (run: Run): void => {
      if (!run.isClean) {
        cleanPasses = 0;
        return;
      }
      for (const truth of truths.values())
        truth.seen ||= run.end === 'completed' && isPending(truth, now()) && truth.madeAt < run.startedAt;
      judge(run, cleanPasses >= SETTLED);
      cleanPasses += 1;
    },
  };
}
