import { type Case, lessonOf, openCases, reportOf, turnsOf } from './core/case.ts';
import { decide } from './core/decide.ts';
import type { Failure } from './core/failure.ts';
import { followUp } from './core/followUp.ts';
import { applyChange } from './core/ledger.ts';
import { orphans } from './core/orphans.ts';
import { type LoadedPolicy, recipientKey } from './core/policy.ts';
import { reconcile } from './core/reconcile.ts';
import { count, type Outcome, type PassReport } from './core/report.ts';
import type { World } from './core/world.ts';
import { PassFailure } from './errors.ts';
import { type Attempt, attempt } from './pass/attempt.ts';
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
  await acceptInTurn(input, memory, budget, cases, world, found);
  await memory.write([...cases.values()].flatMap(lessonOf));
}

/** One after the other, each judged with everything accepted before it. */
async function acceptInTurn(
  { loaded, ports, requestTimeoutMs, dryRun }: PassInput,
  memory: Memory,
  budget: Budget,
  cases: Map<string, Case>,
  initial: World,
  found: Findings,
): Promise<void> {
  const context = { loaded, ports, write: memory.write, budget, requestTimeoutMs, dryRun };
  let world = initial;
  const attempted: Outcome[] = [];
  for (const { id, accept, deadline, opened } of turnsOf(cases.values())) {
    // A limit that others have reached meanwhile needs no call to tell.
    const decision = decide(loaded.policy, opened.request, world, deadline, ports.clock.now());
    if (decision.verdict === 'hold') {
      cases.set(id, { ...opened, decision, outcome: 'held', message: null });
      continue;
    }
    const result = await attempt(id, accept, deadline, world, context);
    cases.set(id, { ...opened, ...pick(result) });
    found.failures.push(...result.failures);
    world = result.world;
    attempted.push(result.outcome);
  }
  const late = attempted.filter((outcome) => outcome === 'notAttempted').length;
  if (late === 0) return;
  const message = `time ran out before ${late} of ${attempted.length} allowed requests; the next pass goes on`;
  // A pass that gets to none of them may be followed by others like it: that is no warning any more.
  (late === attempted.length ? found.failures : found.warnings).push({ code: 'out-of-time', message });
}

function pick({
  decision,
  outcome,
  message,
  skipped,
}: Attempt): Pick<Case, 'decision' | 'outcome' | 'message' | 'skipped'> {
  return { decision, outcome, message, skipped };
}

function asFailure(error: unknown): Failure {
  if (error instanceof PassFailure) return { code: error.code, message: error.message };
  // A defect of ours: told by its kind and words, and the pass counts as failed.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: 'internal', message: `unexpected ${message}; please report it` };
}
