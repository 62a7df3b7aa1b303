import { type Case, lessonOf, openCases, reportOf } from './core/case.ts';
import type { Failure } from './core/failure.ts';
import { followUp } from './core/followUp.ts';
import { applyChange } from './core/ledger.ts';
import { orphans } from './core/orphans.ts';
import { type LoadedPolicy, recipientKey } from './core/policy.ts';
import { reconcile } from './core/reconcile.ts';
import { count, type PassReport } from './core/report.ts';
import { PassFailure } from './errors.ts';
import { acceptInTurn } from './pass/acceptInTurn.ts';
import { type Budget, fromNow, leastOf } from './pass/budget.ts';
import { type Memory, readingOnly, underLease } from './pass/memory.ts';
import { look } from './pass/survey.ts';
import { type Vetting, vet } from './pass/vetting.ts';
import type { Ports } from './ports.ts';

export interface PassInput {
  readonly loaded: LoadedPolicy;
  /** what git says of the policy's origin */
  readonly revision: string;
  readonly ports: Ports;
  readonly vetting: Vetting;
  /** what one request to the API may take at most with its retries, in milliseconds */
  readonly requestTimeoutMs: number;
  /** how long the lease holds, in milliseconds */
  readonly leaseMs: number;
  /** what the platform leaves us */
  readonly remaining: Budget;
  /** Direct Connect endpoint for the commands told to people; `null`: the provider's own */
  readonly endpoint: string | null;
  /** reads only: no lease, no write, no confirm */
  readonly dryRun: boolean;
}

/** What a pass found out so far; whatever stops it, this much is reported. */
interface Findings {
  /** by ID; `null` until a listing was complete */
  cases: Map<string, Case> | null;
  ignored: PassReport['ignored'];
  ended: PassReport['ended'];
  followUps: PassReport['followUps'];
  orphans: PassReport['orphans'];
  warnings: Failure[];
  failures: Failure[];
}

/**
 * One run over one target: list, identify, decide, check, confirm, record, report.
 * @returns the report, also of a pass that failed: it never throws
 */
export async function runPass(input: PassInput): Promise<PassReport> {
  const { loaded, revision, ports, dryRun } = input;
  const startedAt = ports.clock.now().toISOString();
  const found: Findings = {
    cases: null,
    ignored: [],
    ended: [],
    followUps: [],
    orphans: [],
    warnings: [],
    failures: [],
  };
  let ran = true;
  try {
    const key = recipientKey(loaded.policy.recipient);
    const budget = leastOf(input.remaining, fromNow(ports.clock, input.leaseMs));
    const work = (memory: Memory): Promise<void> => workThrough(input, memory, budget, found);
    if (dryRun) await readingOnly(ports.ledger, key, work);
    else ran = await underLease(ports.ledger, key, input.leaseMs, work);
  } catch (error) {
    found.failures.push(asFailure(error));
  }
  const { cases, ...rest } = found;
  const requests = [...(cases?.values() ?? [])].map((item) =>
    reportOf(item, loaded.policy.recipient, input.endpoint),
  );
  return {
    target: loaded.policy.target,
    startedAt,
    finishedAt: ports.clock.now().toISOString(),
    dryRun,
    status: ran ? (found.failures.length > 0 ? 'failed' : 'completed') : 'leaseHeld',
    policy: { digest: loaded.digest, revision },
    counts: cases === null ? null : count(requests, dryRun),
    requests,
    ...rest,
  };
}

async function workThrough(input: PassInput, memory: Memory, budget: Budget, found: Findings): Promise<void> {
  const { loaded, ports } = input;
  const { policy } = loaded;
  found.warnings.push(...(await vet(loaded, ports, input.vetting)));
  const before = memory.state();
  const seen = await look(policy, before, ports);
  // Keys of another account find nothing of what we remember: before that is forgotten, they are checked anew.
  if ([...seen.found.values()].includes(null)) await vet(loaded, ports, { checkedAt: new Map() });
  const { changes, ended, failures } = reconcile(before, seen, policy.recipient.expiry);

  // Found first and written then: what a failing ledger forgets is told all the same.
  const { intents, acceptances, sightings } = changes.reduce(applyChange, before);
  const world = { ...seen, intents, acceptances, acceptedThisPass: 0 };
  const now = ports.clock.now();
  const cases = openCases(policy, seen.requests, sightings, world, now);
  found.cases = cases;
  found.ignored = seen.ignored;
  found.ended = ended;
  found.followUps = followUp({ ...before.acceptances, ...acceptances }, seen.found, now);
  found.orphans = orphans(policy, seen.interfaces, now);
  found.warnings.push(...seen.warnings);
  found.failures.push(...failures);
  await memory.write(changes);
  const { requestTimeoutMs, dryRun } = input;
  const context = { loaded, ports, write: memory.write, budget, requestTimeoutMs, dryRun };
  await acceptInTurn(cases, world, context, found);
  await memory.write([...cases.values()].flatMap(lessonOf));
}

function asFailure(error: unknown): Failure {
  if (error instanceof PassFailure) return { code: error.code, message: error.message };
  // A defect of ours: told by its kind and words, and the pass counts as failed.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal', message: `unexpected ${message}; please report it` };
}
