import type { Origin } from '../core/announcement.ts';
import { applyChanges } from '../core/applyChange.ts';
import { lessonOf, openCases } from '../core/case.ts';
import { ENDS_KEPT_MS } from '../core/ended.ts';
import type { Failure } from '../core/failure.ts';
import { followUp, places } from '../core/followUp.ts';
import type { LedgerChange, LedgerState } from '../core/ledger.ts';
import type { VirtualInterface } from '../core/model.ts';
import { orphans } from '../core/orphans.ts';
import { type Policy, recipientKey } from '../core/policy.ts';
import { expiredUnseen, reconcile } from '../core/reconcile.ts';
import type { Ports } from '../ports.ts';
import { acceptInTurn } from './acceptInTurn.ts';
import type { Budget } from './budget.ts';
import type { Findings } from './findings.ts';
import type { PassInput } from './input.ts';
import type { Memory } from './memory.ts';
import { recorder } from './recorder.ts';
import { lookAtRoutes } from './routes.ts';
import { look } from './survey.ts';
import { newsFor } from './tell.ts';
import { vet } from './vetting.ts';

/**
 * Looks, judges, accepts what is allowed, and remembers.
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
  const before = memory.state();
  found.failures.push(...unreadable(before));
  found.warnings.push(...(await vet(loaded, ports, input.vetting)));
  const seen = await look(policy, before, ports);
  // Keys of another account find nothing of what we remember: before that is forgotten, they are checked anew.
  if ([...seen.found.values()].includes(null)) await vet(loaded, ports, { checkedAt: new Map() });
  const expired = await withoutRecord(expiredUnseen(before, seen, policy.recipient.expiry), ports, policy);
  const survey = { ...seen, expired };
  const { changes: learnt, ended, warnings, failures } = reconcile(before, survey, policy.recipient.expiry);
  const changes = [...learnt, ...places(applyChanges(before, learnt).acceptances, seen.found, policy.owners)];

  // Found first and written then: what a failing ledger forgets is told all the same.
  const { intents, acceptances, sightings, damaged } = applyChanges(before, changes);
  const world = { ...seen, intents, acceptances, damaged, acceptedThisPass: 0 };
  const now = ports.clock.now();
  const cases = openCases(policy, seen.requests, sightings, world, now);
  found.cases = cases;
  found.ignored = seen.ignored;
  found.ended = ended;
  found.followUps = followUp(
    { ...before.acceptances, ...acceptances },
    seen.found,
    now,
    input.availableWithinMs,
  );
  found.orphans = orphans(policy, seen.interfaces, now);
  found.warnings.push(...seen.warnings, ...warnings);
  found.failures.push(...failures);

  const news = newsFor(input, memory, origin);
  const receipts = changes.flatMap((change) =>
    change.kind === 'accepted' && change.receipt !== null ? [change.receipt] : [],
  );
  // Marks of what was told come after the changes that they mark.
  await remember(memory, [...changes, ...news({ ended, receipts, followUps: found.followUps })]);
  const record = recorder(memory, loaded, ports.clock, news);
  await acceptInTurn(
    cases,
    world,
    { loaded, origin, ports, record, budget, requestTimeoutMs, dryRun },
    found,
    { memory, intervalMs: intervalOf(before.lastListing, seen.listedAt) },
  );
  memory.note([...cases.values()].flatMap((item) => lessonOf(item, cases.size)));
  await lookAtRoutes(input, memory, budget, news, found);
}

function intervalOf(lastListing: string | null, listedAt: string): number | null {
  return lastListing === null ? null : Date.parse(listedAt) - Date.parse(lastListing);
}

/** In a quiet pass only the time of the listing is new: that is written when the lease is given back. */
async function remember(memory: Memory, changes: readonly LedgerChange[]): Promise<void> {
  if (changes.every(({ kind }) => kind === 'listed')) memory.note(changes);
  else await memory.write(changes);
}

/** Asked for only after an outage of a week: what was told to have ended then is told no more. @throws LedgerFailure */
async function withoutRecord(
  expired: readonly VirtualInterface[],
  { ledger, clock }: Ports,
  { recipient }: Policy,
): Promise<readonly VirtualInterface[]> {
  if (expired.length === 0) return [];
  const since = new Date(clock.now().getTime() - ENDS_KEPT_MS);
  const { ended } = await ledger.records(recipientKey(recipient), since);
  const onRecord = new Set(ended.map(({ id }) => id));
  return expired.filter(({ id }) => !onRecord.has(id));
}

/** What cannot be read needs a person; the others go on. */
function unreadable({ damaged }: LedgerState): Failure[] {
  return Object.values(damaged).map((message) => ({ code: 'ledger', message }));
}
