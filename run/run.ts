import type { Origin } from '../core/events/event.ts';
import type { Failure } from '../core/failure.ts';
import { recipientKey } from '../core/policy.ts';
import { reportOf } from '../core/requestEvaluation.ts';
import { count, type PassReport } from '../core/runReport.ts';
import { type Budget, fromNow, leastOf } from './budget.ts';
import { type Findings, nothingFound } from './findings.ts';
import { type Memory, readingOnly, underLease } from './ledgerUnitOfWork.ts';
import { LedgerFailure, PassFailure } from './portErrors.ts';
import { tellFailure, tellFindings } from './publishEvents.ts';
import type { PassInput } from './runContext.ts';
import { workThrough } from './work.ts';

/**
 * One run over one target: list, identify, decide, check, confirm, record, report.
 * @returns the report, also of a pass that failed: it never throws
 */
export async function runPass(input: PassInput): Promise<PassReport> {
  const { loaded, ports, dryRun } = input;
  const { digest, policy } = loaded;
  const startedAt = ports.clock.now().toISOString();
  const origin = originOf(input);
  const found = nothingFound();
  let ran = true;
  try {
    const key = recipientKey(policy.recipient);
    const budget = leastOf(input.remaining, fromNow(ports.clock, input.leaseMs));
    const work = (memory: Memory): Promise<void> => passWith(memory, input, budget, origin, startedAt, found);
    if (dryRun) await readingOnly(ports.ledger, key, work);
    else ran = await underLease(ports.ledger, key, input.leaseMs, work);
    input.outage.announced = null;
  } catch (error) {
    const failure = asFailure(error);
    // What failed while something was recorded is told with what that was.
    if (!found.failures.some(({ message }) => message.endsWith(failure.message)))
      found.failures.push(failure);
    if (!dryRun) found.failures.push(...(await tellFailure(input, origin, startedAt, found.failures)));
  }
  const { cases, ...rest } = found;
  const requests = [...(cases?.values() ?? [])].map((item) =>
    reportOf(item, policy.recipient, input.endpoint),
  );
  return {
    target: policy.target,
    startedAt,
    finishedAt: ports.clock.now().toISOString(),
    dryRun,
    status: ran ? (found.failures.length > 0 ? 'failed' : 'completed') : 'leaseHeld',
    policy: { digest, revision: input.revision },
    counts: cases === null ? null : count(requests, dryRun),
    requests,
    ...rest,
  };
}

/** Everything between taking the lease and giving it back. @throws LedgerFailure */
async function passWith(
  memory: Memory,
  input: PassInput,
  budget: Budget,
  origin: Origin,
  startedAt: string,
  found: Findings,
): Promise<void> {
  try {
    await workThrough(input, memory, budget, origin, found);
  } catch (error) {
    // What the ledger itself fails of cannot be remembered as told.
    if (error instanceof LedgerFailure) throw error;
    found.failures.push(asFailure(error));
  }
  if (input.dryRun) return;
  found.failures.push(...(await tellFindings(input, memory, budget, origin, startedAt, found)));
}

function originOf({ loaded, revision }: PassInput): Origin {
  const { target, recipient } = loaded.policy;
  const { provider, region, account } = recipient;
  return { target, provider, region, account, policy: { digest: loaded.digest, revision } };
}

function asFailure(error: unknown): Failure {
  if (error instanceof PassFailure) return { code: error.code, message: error.message };
  // A defect of ours: told by its kind and words, and the pass counts as failed.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal', message: `unexpected ${message}; please report it` };
}
