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

/** A short timeout. A confirm needs 40 remaining seconds, so slow calls exhaust the time of such an invocation. */
const SHORT = 58_000;

/** Timeout of an invocation in milliseconds: as deployed, or almost too short. */
function limitOf({ interval, seed, flood }: LifePlan): number {
  return seed % 3 === 0 || flood !== null ? SHORT : Math.min((interval - 1) * MINUTE, 15 * MINUTE);
}

/** Runs the function like Lambda: in existing processes, in new ones, two at once, until its timeout. */
export function createVirtualLambda(plan: LifePlan) {
  const timeout = limitOf(plan);
  const counts = { runs: 0, clean: 0, failed: 0, failedWithLedger: 0, completed: 0 };
  let deployed: { readonly policy: PlainPolicy; readonly dir: string } | null = null;
  let versions = 0;
  let thrown = '';
  let warm: FunctionProcess | null = null;
  let busy: FunctionProcess | null = null;

  /** Deploys a policy. If the compiler rejects it, the previous one stays in force. */
  function deploy(policy: PlainPolicy, countEvent: (what: string) => void): void {
    const compiled = compilePolicy({ file: `${TARGET}.yaml`, text: policyText(policy, plan.provider) });
    if (!compiled.ok) {
      countEvent('policyRefused');
      return;
    }
    if (versions > 0) countEvent('policyChanged');
    versions += 1;
    const dir = `/virtual/${versions}`;
    writeVirtual(`${dir}/${TARGET}.json`, compiled.text);
    writeVirtual(`${dir}/revision.txt`, `v${versions}\n`);
    deployed = { policy, dir };
    warm = null;
  }

  async function invoke(
    environment: Environment,
    trouble: RunTrouble | null,
    outages: readonly Outage[],
  ): Promise<void> {
    if (deployed === null) return;
    counts.runs += 1;
    const { policy, dir } = deployed;
    const isFree = warm !== null && warm !== busy && trouble?.isCold !== true;
    const worker: FunctionProcess =
      isFree && warm !== null ? warm : startFunctionProcess(dir, environment.clock);
    warm = worker;
    busy = worker;
    const startedAt = virtualNow();
    const { faults = [], meanwhile = null } = trouble ?? {};
    const { run, killed } = beginRun({ policy, startedAt, faults, outages, meanwhile });
    run.isClean &&= environment.isUndisturbed();
    environment.disturb();
    environment.running.add(run);
    environment.liveness.begins();
    endInTime(run, environment).catch(() => undefined);
    const context = createContext(`request-${counts.runs}`, () => startedAt + timeout - virtualNow());
    const work = timerOwners.run(run, () => worker({ target: TARGET }, context));
    run.end = await Promise.race([
      work.then(
        ({ status }) => status,
        (error: unknown) => failure(error, environment),
      ),
      killed,
    ]);
    environment.running.delete(run);
    if (busy === worker) busy = null;
    if (run.end === 'killed' && warm === worker) warm = null;
    ended(run, environment);
  }

  async function endInTime(run: VirtualRun, { countEvent, violations }: Environment): Promise<void> {
    await sleep(timeout);
    // A suspended process cannot be killed before it is resumed. Lambda would then kill it at once; the command line would not.
    if (run.pausedUntil > virtualNow()) await sleep(run.pausedUntil - virtualNow() + MINUTE);
    if (run.end !== null) return;
    countEvent('timedOut');
    if (run.isClean) violations.addViolation('liveness', 'a run without faults exceeded its time');
    run.isClean = false;
    run.die();
  }

  function failure(error: unknown, { violations }: Environment): 'failed' | 'threw' {
    const message = error instanceof Error ? `${error.name} ${error.stack}` : String(error);
    if (message.includes(PLANTED)) violations.addViolation('secrecy', 'an error contains a BGP key');
    if (error instanceof Error && error.name === 'RunFailed') return 'failed';
    thrown = message.slice(0, 500);
    return 'threw';
  }

  function countRun({ end, places, isClean }: VirtualRun): void {
    // A killed run may have published a failure before.
    if (end === 'failed' || end === 'killed') counts.failed += 1;
    if (end === 'failed' && !places.has('ledger') && !places.has('bus')) counts.failedWithLedger += 1;
    if (end === 'completed') counts.completed += 1;
    if (isClean) counts.clean += 1;
  }

  function ended(run: VirtualRun, environment: Environment): void {
    const { violations, trouble, liveness, reports, published, scene } = environment;
    countRun(run);
    if (!run.isClean) trouble(Math.max(run.startedAt + timeout, virtualNow()) + LEASE_SLACK);
    checkQueue(run, environment);
    forget(run, scene);
    if (run.end === 'threw')
      violations.addViolation('honesty', `a run threw instead of reporting its failure: ${thrown}`);
    if (run.isClean && run.end !== 'completed' && !mayFail(run, scene))
      violations.addViolation('liveness', `a run without faults is \`${run.end}\``);
    liveness.ends(run);
    const reported = reports.read(takeOutput());
    if (run.isClean && run.end === 'completed') published.checkRun(run, reported);
  }

  return { counts, deploy, invoke };
}

/** Facts that a process could not record, or that it had when it was killed, are unknown to later runs. */
function forget({ places, end, attempts, startedAt }: VirtualRun, { truths }: Scene): void {
  if (end !== 'killed' && !places.has('ledger')) return;
  for (const id of attempts) {
    const taken = truths.get(id)?.taken;
    if (taken?.by === 'us' && taken.at >= startedAt) taken.received = false;
  }
}

/** A run with undelivered events must fail. */
function checkQueue({ end }: VirtualRun, { table, running, violations }: Environment): void {
  const undelivered = [...table.items.keys()].filter((name) => /\/announcement\//.test(name)).length;
  if (end === 'completed' && running.size === 0 && undelivered > 0)
    violations.addViolation('honesty', `${undelivered} events are undelivered, and the run is \`completed\``);
}

/** Conditions that make a run fail, although no fault was injected. */
function mayFail({ policy, end }: VirtualRun, { truths, world }: Scene): boolean {
  const { virtualGateways, directConnectGateways } = world();
  const exists = (id: string): boolean => virtualGateways.has(id) || directConnectGateways.has(id);
  // If no gateway of the policy exists, the credentials may belong to another account.
  const isLost = policy.owners.flatMap(({ grants }) => grants).every(({ gateway }) => !exists(gateway));
  // We tried to accept it, and another party accepted it for another gateway.
  const isAcceptedByOther = [...truths.values()].some(
    ({ taken, attempted }) => taken?.by === 'person' && attempted !== null && attempted !== taken.gateway,
  );
  return end === 'failed' && (isLost || isAcceptedByOther);
}
