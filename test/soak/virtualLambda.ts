import { compilePolicy } from '../../language/index.ts';
import { createContext, type FunctionProcess, startFunctionProcess } from './functionProcess.ts';
import type { Scene } from './oracle/safetyInvariant.ts';
import { MINUTE, PLANTED, TARGET } from './plan/constants.ts';
import type { LifePlan, Outage, RunTrouble } from './plan/lifePlan.ts';
import { type PlainPolicy, policyText } from './plan/plainPolicy.ts';
import { type Environment, LEASE_SLACK } from './soakEnvironment.ts';
import { writeVirtual } from './virtual/virtualFiles.ts';
import { takeOutput } from './virtual/virtualOutput.ts';
import { sleep, timerOwners, virtualNow } from './virtual/virtualTime.ts';
import { beginRun, type VirtualRun } from './virtualRun.ts';

/** A confirm is not begun with less than 40 seconds left: in a function that has little more, whatever is slow meets its end. */
const SHORT = 58_000;

/** What an invocation may take, in milliseconds: as deployed, or hardly enough. */
function limitOf({ interval, seed, flood }: LifePlan): number {
  return seed % 3 === 0 || flood !== null ? SHORT : Math.min((interval - 1) * MINUTE, 15 * MINUTE);
}

/** Runs the function as Lambda does: in processes that live on, in new ones, two at once, until its time is over. */
export function createVirtualLambda(plan: LifePlan) {
  const timeout = limitOf(plan);
  const counts = { passes: 0, clean: 0, failed: 0, failedWithMemory: 0, completed: 0 };
  let deployed: { readonly policy: PlainPolicy; readonly dir: string } | null = null;
  let versions = 0;
  let warm: FunctionProcess | null = null;
  let busy: FunctionProcess | null = null;

  /** What the compiler refuses is not deployed: what was there stays in force. */
  function deploy(policy: PlainPolicy, tally: (what: string) => void): void {
    const compiled = compilePolicy({ file: `${TARGET}.yaml`, text: policyText(policy, plan.provider) });
    if (!compiled.ok) {
      tally('policyRefused');
      return;
    }
    if (versions > 0) tally('policyChanged');
    versions += 1;
    const dir = `/virtual/${versions}`;
    writeVirtual(`${dir}/${TARGET}.json`, compiled.text);
    writeVirtual(`${dir}/revision.txt`, `v${versions}\n`);
    deployed = { policy, dir };
    warm = null;
  }

  async function invoke(
    stage: Environment,
    trouble: RunTrouble | null,
    outages: readonly Outage[],
  ): Promise<void> {
    if (deployed === null) return;
    counts.passes += 1;
    const { policy, dir } = deployed;
    const isFree = warm !== null && warm !== busy && trouble?.isCold !== true;
    const worker: FunctionProcess = isFree && warm !== null ? warm : startFunctionProcess(dir, stage.clock);
    warm = worker;
    busy = worker;
    const startedAt = virtualNow();
    const { ills = [], meanwhile = null } = trouble ?? {};
    const { run, killed } = beginRun({ policy, startedAt, ills, outages, meanwhile });
    run.isClean &&= stage.isAtPeace();
    stage.disturb();
    stage.running.add(run);
    stage.liveness.begins();
    endInTime(run, stage).catch(() => undefined);
    const context = createContext(`request-${counts.passes}`, () => startedAt + timeout - virtualNow());
    const work = timerOwners.run(run, () => worker({ target: TARGET }, context));
    run.end = await Promise.race([
      work.then(
        ({ status }) => status,
        (error: unknown) => failure(error, stage),
      ),
      killed,
    ]);
    stage.running.delete(run);
    if (busy === worker) busy = null;
    if (run.end === 'killed' && warm === worker) warm = null;
    ended(run, stage);
  }

  async function endInTime(run: VirtualRun, { tally, verdicts }: Environment): Promise<void> {
    await sleep(timeout);
    if (run.end !== null) return;
    tally('timedOut');
    if (run.isClean)
      verdicts.blame('liveness', 'the time of a pass was over, and nothing went wrong with it');
    run.isClean = false;
    run.die();
  }

  function failure(error: unknown, { verdicts }: Environment): 'failed' | 'threw' {
    const message = error instanceof Error ? `${error.name} ${error.stack}` : String(error);
    if (message.includes(PLANTED)) verdicts.blame('secrecy', 'a BGP key stands in an error');
    return message.startsWith('PassFailed') ? 'failed' : 'threw';
  }

  function ended(run: VirtualRun, stage: Environment): void {
    const { verdicts, trouble, liveness, reports, scene } = stage;
    // One that was killed may have failed, and told it, before.
    if (run.end === 'failed' || run.end === 'killed') counts.failed += 1;
    if (run.end === 'failed' && !run.places.has('ledger') && !run.places.has('bus'))
      counts.failedWithMemory += 1;
    if (run.end === 'completed') counts.completed += 1;
    if (run.isClean) counts.clean += 1;
    else trouble(run.startedAt + timeout + LEASE_SLACK);
    judgeQueue(run, stage);
    forget(run, scene);
    if (run.end === 'threw')
      verdicts.blame('honesty', 'a pass threw in the place of telling what it failed of');
    if (run.isClean && run.end !== 'completed' && !mayFail(run, scene))
      verdicts.blame('liveness', `a pass that nothing went wrong with is \`${run.end}\``);
    liveness.ends(run);
    reports.read(takeOutput());
  }

  return { counts, deploy, invoke };
}

/** What a process learnt that could not write it down, or was killed, is known to no later pass before it looks itself. */
function forget({ places, end, attempts, startedAt }: VirtualRun, { truths }: Scene): void {
  if (end !== 'killed' && !places.has('ledger')) return;
  for (const id of attempts) {
    const taken = truths.get(id)?.taken;
    if (taken?.by === 'us' && taken.at >= startedAt) taken.heard = false;
  }
}

/** What is left to announce makes a pass fail. */
function judgeQueue({ end }: VirtualRun, { table, running, verdicts }: Environment): void {
  const untold = [...table.items.keys()].filter((name) => /\/announcement\//.test(name)).length;
  if (end === 'completed' && running.size === 0 && untold > 0)
    verdicts.blame('honesty', `${untold} announcements are left, and the pass is \`completed\``);
}

/** What a pass must fail of, though nothing goes wrong with it. */
function mayFail({ policy, end }: VirtualRun, { truths, world }: Scene): boolean {
  const gateways = world().virtualGateways;
  // Where no gateway that the policy names is left, its keys may be those of somebody else.
  const isLost = policy.owners.flatMap(({ grants }) => grants).every(({ gateway }) => !gateways.has(gateway));
  // We had tried to accept it, and somebody else did, for another gateway.
  const isContested = [...truths.values()].some(
    ({ taken, attempted }) => taken?.by === 'hand' && attempted !== null && attempted !== taken.gateway,
  );
  return end === 'failed' && (isLost || isContested);
}
