import { applyChanges } from '../core/applyLedgerChanges.ts';
import type { Ended } from '../core/endedRequest.ts';
import type { Origin } from '../core/events/event.ts';
import { followUp, places } from '../core/followUp.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import { recipientKey } from '../core/policy.ts';
import { reconcile } from '../core/reconcile.ts';
import { openCases, reportOf } from '../core/requestEvaluation.ts';
import { count, type Failure, type PassReport } from '../core/runReport.ts';
import { missingFrom, onlyFound } from '../core/snapshot.ts';
import { orphans } from '../core/ungrantedInterfaces.ts';
import { recorder } from './acceptanceRecorder.ts';
import { acceptInTurn } from './acceptRequests.ts';
import { catchUp } from './deferredWork.ts';
import { type Memory, readingOnly, underLease } from './ledgerUnitOfWork.ts';
import { look } from './listInterfaces.ts';
import { missingAmong } from './missingInterfaces.ts';
import { LedgerFailure, ListingIncomplete, PassFailure } from './portErrors.ts';
import { type Newsroom, newsFor, tellFailure, tellFindings, withEnds } from './publishEvents.ts';
import { type Budget, type Findings, fromNow, leastOf, nothingFound, type PassInput } from './runContext.ts';
import { vet } from './verifyCaller.ts';

/** So many IDs that the listing lacks are described before anything is accepted: strangers set how many there are. */
const FIRST = 100;
/** What share of the time that is left they may take. */
const FIRST_SHARE = 1 / 4;

/**
 * Lists, evaluates, accepts what is allowed, and remembers. What is done before the first confirm costs the same whatever
 * strangers did: what there can be any number of waits until everything that is allowed was attempted.
 * @param found brought up to date as things are found out
 * @throws PassFailure
 */
async function workThrough(
  input: PassInput,
  memory: Memory,
  budget: Budget,
  origin: Origin,
  found: Findings,
): Promise<void> {
  const { loaded, ports, dryRun, requestTimeoutMs } = input;
  const { policy } = loaded;
  const { expiry } = policy.recipient;
  const before = memory.state();
  found.failures.push(...unreadable(before));
  found.warnings.push(...(await vet(loaded, ports, input.vetting)));
  const { listing, missing, first } = await lookAtAll(input, before, budget);
  // Keys of another account find nothing of what we remember: before that is forgotten, they are checked again.
  if ([...first.over.values()].includes(null)) await vet(loaded, ports, { checkedAt: new Map() });
  const seen = { ...listing, found: new Map([...listing.found, ...first.over]) };
  // What expired unseen is on a record or not: reading the records takes as long as strangers made them.
  const { changes: learnt, ended, warnings, failures } = reconcile(before, { ...seen, expired: [] }, expiry);
  const changes = [...learnt, ...places(applyChanges(before, learnt).acceptances, seen.found, policy.owners)];

  // Found first and written then: what a failing ledger forgets is told all the same.
  const { intents, acceptances, sightings, damaged } = applyChanges(before, changes);
  // Fail closed: what is of an unknown state may be live, though the listing lacks it.
  const interfaces = [...listing.interfaces, ...first.unknown];
  const world = { ...seen, interfaces, intents, acceptances, damaged, acceptedThisPass: 0 };
  const now = ports.clock.now();
  const cases = openCases(policy, seen.requests, sightings, world, now);
  found.cases = cases;
  found.ignored = seen.ignored;
  found.ended = ended;
  const known = onlyFound({ ...before.acceptances, ...acceptances }, seen);
  found.followUps = followUp(known, seen.found, now, input.availableWithinMs);
  found.orphans = orphans(policy, seen.interfaces, now);
  found.warnings.push(...seen.warnings, ...first.warnings, ...warnings);
  found.failures.push(...first.failures, ...failures);

  const news = newsFor(input, memory, origin);
  await remember(memory, before, { changes, ended }, found.followUps, news);
  const record = recorder(memory, loaded, ports.clock, news);
  await acceptInTurn(
    cases,
    world,
    { loaded, origin, ports, record, budget, requestTimeoutMs, dryRun },
    found,
    { memory, intervalMs: intervalOf(before.lastListing, seen.listedAt) },
  );
  const listed = changes.filter(({ kind }) => kind === 'listed');
  const work = { input, memory, budget, news, found };
  await catchUp(work, { before, survey: seen, cases, missing, open: first.open, listed });
}

/**
 * Lists, and describes what the listing lacks. A listing that lacks something live is made once more: while pages are asked
 * for, a request that is withdrawn moves others to a page that was answered already, and requesters withdraw when they like.
 * @throws ListingIncomplete, ApiFailure
 */
async function lookAtAll({ loaded, ports }: PassInput, before: LedgerState, budget: Budget) {
  for (let isLast = false; ; isLast = true) {
    const listing = await look(loaded.policy, before, ports);
    // After the listing: else a slow one would leave the descriptions no time, and their gateways would be held.
    const least = budget() * (1 - FIRST_SHARE);
    const missing = missingAmong(missingFrom(before, listing.found), ports.directConnect);
    try {
      return { listing, missing, first: await missing.describe(FIRST, () => budget() >= least) };
    } catch (error) {
      // Fail closed: what lacks something that is there proves nothing.
      if (isLast || !(error instanceof ListingIncomplete)) throw error;
    }
  }
}

function intervalOf(lastListing: string | null, listedAt: string): number | null {
  return lastListing === null ? null : Date.parse(listedAt) - Date.parse(lastListing);
}

/**
 * Writes what concerns confirms of ours and what came of them. The others wait: each first sighting is written with the
 * intent of its request, or after everything was attempted.
 */
async function remember(
  memory: Memory,
  { intents, acceptances }: LedgerState,
  { changes, ended }: { readonly changes: readonly LedgerChange[]; readonly ended: readonly Ended[] },
  followUps: Findings['followUps'],
  news: Newsroom,
): Promise<void> {
  const isOurs = (id: string): boolean => intents[id] !== undefined || acceptances[id] !== undefined;
  const ours = changes.filter((change) => 'id' in change && isOurs(change.id));
  const receipts = ours.flatMap((change) =>
    change.kind === 'accepted' && change.receipt !== null ? [change.receipt] : [],
  );
  const ends = ended.filter(({ id }) => isOurs(id));
  // Marks of what was told come after the changes that they mark.
  const due = [...ours, ...news({ ended: ends, receipts, followUps })];
  if (due.length > 0) await memory.write(due);
  const others = changes.filter((change) => 'id' in change && !isOurs(change.id));
  memory.defer(withEnds(others, ended, news));
}

/** What cannot be read needs a person; the others go on. */
function unreadable({ damaged }: LedgerState): Failure[] {
  return Object.values(damaged).map((message) => ({ code: 'ledger', message }));
}

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
