import { recipientKey } from '../../core/policy.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { Clock, Ledger } from '../../run/ports.ts';
import type { FaultyStore } from '../ledgers/faultyStores.ts';
import { ACME_1, compileTestPolicy, createRunner, PROD, startTestCloud } from './cloud.ts';
import { recordingPublisher } from './eventPublishers.ts';
import { type FaultyRun, type InjectedFault, runWithFault } from './faultInjection.ts';
import { faultyPorts, faultyPublisher, LIMIT } from './faultyPorts.ts';
import { trackTruths } from './requestTruths.ts';
import type { RunStep, Schedule } from './runSchedules.ts';

const POLICY = compileTestPolicy(
  `owners: { acme: { connections: [${ACME_1}], gateway: ${PROD}, limit: ${LIMIT} } }`,
);
const LEASE_MS = 5 * 60_000;
const HOUR = 3_600_000;
export const KEY = recipientKey(POLICY.policy.recipient);

/** Executes a schedule of runs with injected faults on an emulator and a ledger. Throws as soon as an invariant is violated. */
export async function faultyRuns(schedule: Schedule, begin: (clock: Clock) => Promise<FaultyStore>) {
  const cloud = await startTestCloud();
  let clockAhead = schedule.clockAhead * HOUR;
  const real = (): number => cloud.clock.now().getTime();
  const clock: Clock = { now: () => new Date(real() + clockAhead), monotonic: real };
  const store = await begin(clock);
  const runner = createRunner(cloud, POLICY);
  const publisher = recordingPublisher();
  const truths = trackTruths(cloud);
  const { wrongs, ...apis } = faultyPorts(cloud, runner.ports);
  const ports = { ...runner.ports, ...apis, clock, eventPublisher: faultyPublisher(publisher) };
  const process = () => ({
    ledger: store.reach(),
    callerChecks: { checkedAt: new Map<string, number>() },
    outage: { publishedCodes: null },
  });
  let old = process();
  const reader = store.reach();

  function start(isWarm: boolean, fault: InjectedFault | null, overtake: () => Promise<void>) {
    const { ledger, callerChecks, outage } = isWarm ? old : process();
    const given = { ports: { ...ports, ledger }, callerChecks, outage, leaseMs: LEASE_MS };
    return runWithFault(fault, () => runner.run(given, ledger), overtake);
  }

  /** @returns whether the run completed without failures */
  async function checkReport(report: RunReport | 'killed'): Promise<boolean> {
    await store.closeAbandoned();
    truths.isKept(await reader.readState(KEY));
    if (wrongs.length > 0) throw new Error(wrongs.join('; '));
    if (report === 'killed') {
      // After a kill, the state of the process is lost.
      old = process();
      return false;
    }
    if (report.failures.some(({ code }) => code === 'internal'))
      throw new Error(JSON.stringify(report.failures));
    if (clockAhead === 0) truths.isInside(report);
    return report.status === 'completed';
  }

  const clean = async (): Promise<boolean> => {
    publisher.deliverAtMost(Number.POSITIVE_INFINITY);
    return checkReport(await start(false, null, () => Promise.resolve()).end);
  };

  async function run({ fault, isWarm, meanwhile, delivers, pauseMinutes }: RunStep): Promise<void> {
    publisher.deliverAtMost(delivers);
    const running = start(isWarm, fault, () => truths.happen(meanwhile));
    const call = await running.paused;
    if (call !== null) {
      // A call to the API has a time limit, so it ends before the lease.
      if (!call.startsWith('api')) cloud.clock.advance(pauseMinutes * 60_000);
      // Before its first call, a run has no lease.
      await overlap(running, fault?.turn !== 0);
    }
    await checkReport(await running.end);
  }

  /** Starts another run while one is paused. If the other one takes the lease, the paused run must not write after it resumes. */
  async function overlap(standing: FaultyRun<RunReport>, isHolder: boolean): Promise<void> {
    const { status } = await other();
    const isLost = isHolder && status !== 'leaseHeld';
    if (isLost) standing.loseLease();
    const before = isLost ? await remembered(reader) : null;
    standing.resume();
    await standing.end;
    if (before !== null) same(before, await remembered(reader));
  }

  async function other(): Promise<RunReport> {
    const report = await start(false, null, () => Promise.resolve()).end;
    if (report === 'killed') throw new Error('a run was killed without a fault');
    return report;
  }

  return { cloud, publisher, truths, reader, run, clean, setRight: () => setRight() };

  /** A clock that is set back is detected if a run completed before, and another one follows soon after. */
  async function setRight(): Promise<void> {
    if (clockAhead === 0 || !(await clean())) return;
    clockAhead = 0;
    while (!(await clean()));
  }
}

/**
 * The content that only the holder of the lease may change. For records only their IDs: a run may pause between the check of its
 * lease and its records, and then write the same records late (see docs/ledger.md).
 */
async function remembered(ledger: Ledger) {
  const { receipts, ended } = await ledger.readRecords(KEY, new Date(0));
  const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id).sort();
  return { state: await ledger.readState(KEY), receipts: ids(receipts), ended: ids(ended) };
}

function same(before: unknown, after: unknown): void {
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw new Error(`written without the lease: ${JSON.stringify(before)} became ${JSON.stringify(after)}`);
}
