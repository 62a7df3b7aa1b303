import { applyChanges } from '../core/applyLedgerChanges.ts';
import type { Ended } from '../core/endedRequest.ts';
import type { Origin } from '../core/events/event.ts';
import type { Failure } from '../core/failure.ts';
import { followUp, places } from '../core/followUp.ts';
import type { LedgerChange, LedgerState } from '../core/ledgerState.ts';
import { reconcile } from '../core/reconcile.ts';
import { openCases } from '../core/requestEvaluation.ts';
import { missingFrom, onlyFound } from '../core/snapshot.ts';
import { orphans } from '../core/ungrantedInterfaces.ts';
import { recorder } from './acceptanceRecorder.ts';
import { acceptInTurn } from './acceptRequests.ts';
import type { Budget } from './budget.ts';
import { catchUp } from './deferredWork.ts';
import type { Findings } from './findings.ts';
import type { Memory } from './ledgerUnitOfWork.ts';
import { look } from './listInterfaces.ts';
import { missingAmong } from './missingInterfaces.ts';
import { ListingIncomplete } from './portErrors.ts';
import { type Newsroom, newsFor, withEnds } from './publishEvents.ts';
import type { PassInput } from './runContext.ts';
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
export async function workThrough(
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
