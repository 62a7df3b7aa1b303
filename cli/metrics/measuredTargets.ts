import { basename } from 'node:path';
import { recipientKey } from '../../core/policy.ts';
import type { RunReport } from '../../core/runReport.ts';
import type { CompileResults, Diagnostic } from '../../language/index.ts';
import { RunFailure } from '../../run/portErrors.ts';
import type { Ledger } from '../../run/ports.ts';
import { loadValidPolicies } from '../loadPolicies.ts';
import { InvalidPolicies } from '../options.ts';
import { RECENT_MS, readRecords, type TargetFacts } from '../status/collectStatus.ts';
import { writeMetrics } from './metricsFile.ts';
import type { Measured, MeasuredTarget } from './targetSamples.ts';

/**
 * Loads the policies. If none is valid, no target is run or read, and the metrics file says so.
 * @throws UsageError, InvalidPolicies
 */
export async function loadPoliciesAndMeasure(
  { policy = [], metrics }: { readonly policy?: readonly string[]; readonly metrics?: string },
  command: 'run' | 'status',
): Promise<CompileResults> {
  try {
    return loadValidPolicies(policy);
  } catch (error) {
    if (error instanceof InvalidPolicies)
      await writeMetrics(metrics, () => measureInvalid(error.errors, command));
    throw error;
  }
}

/** What the runs of a command measured, and the ledger after them. Every policy file has an entry, also if its run failed. */
export function measureRuns(
  { policies, errors }: CompileResults,
  runs: readonly RunReport[],
  ledger: Ledger,
): Promise<MeasuredTarget[]> {
  const measured = policies.map(async ({ policy }): Promise<MeasuredTarget> => {
    const { target, recipient } = policy;
    const report = runs.find((run) => run.target === target);
    if (report === undefined) return { target, measured: { of: 'error', command: 'run' } };
    if (report.status === 'leaseHeld') return { target, measured: { of: 'leaseHeld' } };
    const key = recipientKey(recipient);
    const since = new Date(Date.parse(report.startedAt) - RECENT_MS);
    const { records, failure } = await readRecords(ledger, policy, since);
    const state = await readStateOrNull(ledger, key);
    const facts = { policy, report, state, records, since: since.toISOString() };
    return {
      target,
      measured: { of: 'run', facts: { ...facts, recordsFailure: failure, interfaces: null } },
    };
  });
  return Promise.all([...measured, ...measureInvalid(errors, 'run')]);
}

/** What `status` measured; a target without facts could not be read. */
export function measureStatus(
  { policies, errors }: CompileResults,
  targets: readonly TargetFacts[],
): MeasuredTarget[] {
  const measured = policies.map(({ policy: { target } }): MeasuredTarget => {
    const facts = targets.find(({ policy }) => policy.target === target);
    const of: Measured = facts === undefined ? { of: 'error', command: 'status' } : { of: 'status', facts };
    return { target, measured: of };
  });
  return [...measured, ...measureInvalid(errors, 'status')];
}

/** The targets of invalid policy files, by the names of the files. */
function measureInvalid(errors: readonly Diagnostic[], command: 'run' | 'status'): MeasuredTarget[] {
  const targets = new Set(errors.map(({ file }) => basename(file, '.yaml')));
  return [...targets].map((target) => ({ target, measured: { of: 'invalidPolicy', command } }));
}

/** `null`: the ledger cannot be read, which the run has reported if it could not either. */
async function readStateOrNull(ledger: Ledger, key: string): Promise<TargetFacts['state']> {
  try {
    return await ledger.readState(key);
  } catch (error) {
    if (error instanceof RunFailure) return null;
    throw error;
  }
}
