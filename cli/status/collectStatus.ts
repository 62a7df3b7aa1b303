import { type Connected, systemClock } from '../../adapters/connectApis.ts';
import type { FollowUp } from '../../core/followUp.ts';
import { isUnattended } from '../../core/health.ts';
import type { Acceptance } from '../../core/ledgerEntries.ts';
import type { LedgerState } from '../../core/ledgerState.ts';
import type { VirtualInterface } from '../../core/model.ts';
import { type Policy, recipientKey } from '../../core/policy.ts';
import type { RunProblem, RunReport } from '../../core/runReport.ts';
import type { CompiledPolicy } from '../../language/index.ts';
import { RunFailure } from '../../run/portErrors.ts';
import type { Ledger, LedgerRecords, Ports } from '../../run/ports.ts';
import type { Progress } from '../output/progress.ts';
import { type RunTargetOptions, runTarget } from '../runTarget.ts';

/** Everything that is known about one target, from the provider and the ledger. */
export interface TargetFacts {
  readonly policy: Policy;
  /** report of a plan, which also checks the interfaces again that a run reported as without onward routes */
  readonly report: RunReport;
  /** state that the plan read from the ledger; `null`: it cannot be read */
  readonly state: LedgerState | null;
  /** history records from `since` on */
  readonly records: LedgerRecords;
  readonly since: string;
  /** why the history records cannot be read; `null`: they were read */
  readonly recordsFailure: RunProblem | null;
  /** `null` when there was no complete listing */
  readonly interfaces: readonly VirtualInterface[] | null;
}

/** Period of the history that the status shows, in milliseconds. */
export const RECENT_MS = 30 * 24 * 60 * 60 * 1000;

/** Makes a plan of one target and reads its ledger. Writes nothing. Errors that a run reports become part of the result. */
export async function collectStatus(
  compiled: CompiledPolicy,
  options: RunTargetOptions,
  ledger: Ledger,
  progress: Progress,
): Promise<TargetFacts> {
  const { policy } = compiled;
  let state: LedgerState | null = null;
  let listed: readonly VirtualInterface[] = [];
  const routesRead = new Set<string>();
  const portsOf = (connected: Connected): Ports => ({
    ...connected,
    clock: systemClock,
    eventPublisher: null,
    ledger: makeReadOnly(ledger, (found) => {
      state = found;
    }),
    directConnect: {
      ...connected.directConnect,
      list: async () => {
        listed = await connected.directConnect.list();
        return listed;
      },
    },
    gateways: {
      ...connected.gateways,
      readRouting: async (gateway) => {
        const routing = await connected.gateways.readRouting(gateway);
        routesRead.add(gateway);
        return routing;
      },
    },
  });
  const plan = { remaining: () => Number.POSITIVE_INFINITY, dryRun: true, progress };
  const report = withUnreadRoutes(await runTarget(compiled, options, portsOf, plan), state, routesRead);
  const since = new Date(Date.parse(report.startedAt) - RECENT_MS);
  const { records, failure } = await readRecords(ledger, policy, since);
  return {
    policy,
    report,
    state,
    records,
    since: since.toISOString(),
    recordsFailure: failure,
    // Fail closed: the listing may have been found incomplete afterwards.
    interfaces: report.counts === null ? null : listed,
  };
}

/**
 * Adds the interfaces that a run reported as without onward routes, and for which the plan could not find out whether they have some
 * now. Fail closed: what was reported and is not known to be over is still shown.
 */
function withUnreadRoutes(
  report: RunReport,
  state: LedgerState | null,
  routesRead: ReadonlySet<string>,
): RunReport {
  // Without a complete listing, the follow-ups are unknown.
  if (report.counts === null) return report;
  const unread = Object.entries(state?.acceptances ?? {}).flatMap(([id, acceptance]): FollowUp[] => {
    const { owner, gateway, at: acceptedAt, movedTo, connection } = acceptance;
    if (!wasReportedUnrouted(acceptance) || routesRead.has(gateway)) return [];
    const message =
      `a run reported that gateway \`${gateway}\` has no onward route, and whether it has one now is not known: the warning says why. ` +
      'Check its route tables or associations';
    const current = movedTo ?? connection;
    return [{ id, owner, gateway, acceptedAt, problem: 'unrouted', connection: current, message, fix: null }];
  });
  return { ...report, followUps: [...report.followUps, ...unread] };
}

function wasReportedUnrouted({ publishedProblem }: Acceptance): boolean {
  return publishedProblem === ('unrouted' satisfies FollowUp['problem']);
}

/**
 * The state in which the onward routes are to be checked again that a run has found missing: a run checks each once, and its alert lasts
 * longer. A run without a receiver of events does not record which interface it reported, so every interface is checked again.
 */
function withoutSettledRoutes(state: LedgerState): LedgerState {
  const runs = state.health === null || state.health === 'unreadable' ? [] : state.health.runs;
  const isUnknown = runs.some((run) => isUnattended(run) && run.flags.includes('notAvailable'));
  const acceptances = Object.entries(state.acceptances).map(([id, acceptance]) => {
    const isSettled = acceptance.routesSettled && !isUnknown && !wasReportedUnrouted(acceptance);
    return [id, { ...acceptance, routesSettled: isSettled }] as const;
  });
  return { ...state, acceptances: Object.fromEntries(acceptances) };
}

/** Wraps a ledger so that it cannot be written. @param onState receives the state that was read */
function makeReadOnly(ledger: Ledger, onState: (state: LedgerState) => void): Ledger {
  return {
    ...ledger,
    readState: async (key) => {
      const state = await ledger.readState(key);
      onState(state);
      return withoutSettledRoutes(state);
    },
    open: () => Promise.resolve(null),
  };
}

/** Reads the history records; a failure is part of the result. */
export async function readRecords(
  ledger: Ledger,
  { recipient }: Policy,
  since: Date,
): Promise<{ records: LedgerRecords; failure: RunProblem | null }> {
  try {
    return { records: await ledger.readRecords(recipientKey(recipient), since), failure: null };
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    const { code, message } = error;
    return { records: { receipts: [], ended: [], damaged: [] }, failure: { code, message } };
  }
}
