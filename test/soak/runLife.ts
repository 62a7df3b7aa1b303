import { openLedger, TABLE } from './functionProcess.ts';
import { PLAIN } from './offers.ts';
import { checkEvents } from './oracle/honestyInvariant.ts';
import { checkRecords, checkSecrecy } from './oracle/recordsInvariant.ts';
import type { Violation } from './oracle/violations.ts';
import type { CallFault } from './plan/callFaults.ts';
import { BETA_1, MINUTE, START, WEEK } from './plan/constants.ts';
import type { EndingGrant, LifePlan, Outage, RunTrouble, WorldEvent } from './plan/lifePlan.ts';
import { endAllGrants, openPolicy } from './plan/plainPolicy.ts';
import { runTimes } from './runTimes.ts';
import { createEnvironment, type Environment, LEASE_SLACK } from './soakEnvironment.ts';
import { elapseUntil, sleep, timerOwners, virtualNow } from './virtual/virtualTime.ts';
import type { Carrier } from './virtual/virtualWire.ts';
import { createVirtualLambda } from './virtualLambda.ts';
import { beginRun } from './virtualRun.ts';

/** The result of one life. */
export interface LifeResult {
  readonly violations: readonly Violation[];
  readonly weeks: number;
  readonly runs: number;
  readonly cleanRuns: number;
  readonly requests: number;
  readonly accepted: number;
  readonly published: number;
  /** number of each event in the life */
  readonly faults: Readonly<Record<string, number>>;
}

type Lambda = ReturnType<typeof createVirtualLambda>;

/** Executes a plan from beginning to end and returns its violations. @param use receives the network that carries its calls */
export async function runLife(plan: LifePlan, use: (carrier: Carrier) => void): Promise<LifeResult> {
  const lambda = createVirtualLambda(plan);
  const environment = createEnvironment(plan, use, (policy) => lambda.deploy(policy, environment.countEvent));
  environment.act({ does: 'deploy', policy: plan.policy });
  await elapseUntil(runSchedule(plan, environment, lambda));
  const { violations, bus, actors, faults, table, scene, reports } = environment;
  const { counts } = lambda;
  if (counts.completed === 0) violations.addViolation('liveness', 'no run ever completed');
  checkEvents(scene, bus.delivered, counts, reports, violations);
  checkSecrecy(table.items, bus.delivered, actors.truths, violations);
  return {
    violations: violations.all(),
    weeks: plan.weeks,
    runs: counts.runs,
    cleanRuns: counts.clean,
    requests: actors.truths.size,
    accepted: [...actors.truths.values()].filter(({ taken }) => taken?.by === 'us').length,
    published: bus.delivered.length,
    faults,
  };
}

async function runSchedule(plan: LifePlan, environment: Environment, lambda: Lambda): Promise<void> {
  const length = plan.weeks * WEEK;
  const invocations: Promise<void>[] = [];
  const events = [...plan.events, ...(plan.carrier?.events ?? [])].map(({ at, event }) => ({
    at: START + at * length,
    execute: () => environment.act(event),
  }));
  const times = runTimes(plan);
  const prepared = preparations(plan, times, environment);
  const runs = times.map((at, i) => ({
    at,
    execute: () => {
      const trouble = troubleOf(plan, i, times.length);
      environment.bus.refuse(refusalsOf(plan, i, times.length));
      const outages = outagesOf(plan, i, times.length);
      invocations.push(lambda.invoke(environment, trouble, outages));
      if (trouble === null || trouble.repeatAfter === null) return;
      environment.countEvent('invokedTwice');
      invocations.push(sleep(trouble.repeatAfter * 1000).then(() => lambda.invoke(environment, null, [])));
    },
  }));
  for (const next of [...events, ...prepared, ...runs].sort((a, b) => a.at - b.at)) {
    await sleep(next.at - virtualNow());
    next.execute();
  }
  await Promise.all(invocations);
  await runWithoutFaults(environment, lambda);
  await readRecords(plan, environment);
}

/** Number of runs for which a special situation is prepared. */
const MAX_PREPARED_RUNS = 30;

/** Index of the run whose confirms all fail in a life with endless offers of an owner. */
const FAILING = 5;

/** One request for each possible grant. */
const VLANS = [120, 220, 320];

/** Actions shortly before or after certain runs. */
function preparations(plan: LifePlan, times: readonly number[], environment: Environment) {
  const { flood, renewedOffers, endingGrant, movesAllAway, policy } = plan;
  const steps: { readonly at: number; readonly execute: () => void }[] = [];
  const add = (at: number, event: WorldEvent) => steps.push({ at, execute: () => environment.act(event) });
  const timeOf = (run: number): number => times[run % times.length] ?? START;
  const first = times.slice(0, MAX_PREPARED_RUNS);
  if (renewedOffers !== null)
    for (const at of first) add(at - MINUTE, { does: 'renewOffers', size: renewedOffers });
  const failing = renewedOffers === null ? undefined : times[FAILING];
  if (failing !== undefined)
    for (const vlan of VLANS)
      add(failing - MINUTE, { ...PLAIN, connection: BETA_1, vlan, subnet: vlan / 10 });
  if (movesAllAway) for (const at of first) add(at - MINUTE, { does: 'moveAllAway' });
  if (flood !== null) {
    add(timeOf(flood.run) - MINUTE, { does: 'flood', size: flood.size });
    add(timeOf(flood.run) + 20 * MINUTE, { does: 'withdrawFlood' });
  }
  if (endingGrant !== null) {
    const at = timeOf(endingGrant.run);
    const until = at + endingGrant.seconds * 1000;
    add(at - MINUTE, { does: 'deploy', policy: endAllGrants(openPolicy(policy), until) });
    for (const vlan of VLANS) add(at - MINUTE, { ...PLAIN, vlan, subnet: vlan / 10 + 1 });
    add(at + 20 * MINUTE, { does: 'deploy', policy });
  }
  return steps;
}

const CONFIRMS_FAIL: Outage = { run: 0, runs: 1, place: 'confirm', faultKind: 'serverError', seconds: 0 };

/** The time is too short to publish all events of a flood. */
const BUS_IS_SLOW: Outage = { run: 0, runs: 1, place: 'bus', faultKind: 'slow', seconds: 2 };

function slowIn({ place, slowness }: EndingGrant): Outage {
  return { run: 0, runs: 1, place, faultKind: 'slow', seconds: slowness };
}

/** Removes all faults, and executes runs until no effect of them is left. */
async function runWithoutFaults(environment: Environment, lambda: Lambda): Promise<void> {
  environment.setClockRight();
  environment.bus.refuse(0);
  await sleep(60 * MINUTE);
  for (let run = 0; run < 8; run += 1) {
    if (run > 0) await sleep(40 * MINUTE);
    await lambda.invoke(environment, null, []);
  }
}

/** The planned faults of a run, with the pause of its process. */
function troubleOf({ troubles, pause, interval }: LifePlan, i: number, many: number): RunTrouble | null {
  const planned = troubles.find(({ run }) => run % many === i) ?? null;
  if (pause === null || pause.run % many !== i) return planned;
  // At least one later run finds that the lease has expired.
  const seconds = (2 * interval * MINUTE + LEASE_SLACK) / 1000;
  const paused: CallFault = { kind: 'paused', turn: pause.turn, place: 'ledger', lasts: false, seconds };
  const { meanwhile = null, repeatAfter = null, isCold = false } = planned ?? {};
  return { run: i, faults: [paused], meanwhile, repeatAfter, isCold };
}

/** The number of entries of which the bus rejects one during a run; 0 if it rejects none. */
function refusalsOf({ busRefusals }: LifePlan, i: number, many: number): number {
  return busRefusals !== null && isOut(busRefusals, i, many) ? busRefusals.every : 0;
}

function outagesOf(
  { outages, endingGrant, renewedOffers, flood }: LifePlan,
  i: number,
  many: number,
): Outage[] {
  const isAt = (one: { readonly run: number } | null): boolean => one !== null && one.run % many === i;
  return [
    ...outages.filter((outage) => isOut(outage, i, many)),
    ...(endingGrant !== null && isAt(endingGrant) ? [slowIn(endingGrant)] : []),
    ...(renewedOffers !== null && i === FAILING ? [CONFIRMS_FAIL] : []),
    ...(isAt(flood) ? [BUS_IS_SLOW] : []),
  ];
}

/** Reads the ledger as a reader without faults, at the end of a life. */
async function readRecords({ policy }: LifePlan, { clock, scene, violations }: Environment): Promise<void> {
  const { run } = beginRun({ policy, startedAt: virtualNow(), faults: [], outages: [], meanwhile: null });
  await timerOwners.run(run, () => checkRecords(openLedger(TABLE, clock), scene, violations));
}

function isOut({ run, runs }: Pick<Outage, 'run' | 'runs'>, i: number, many: number): boolean {
  const first = run % many;
  return i >= first && i < first + runs;
}
