import type { Origin } from '../core/announcement.ts';
import { newsOf } from '../core/announcements/index.ts';
import { type Facts, NO_FACTS, type RememberedRequest } from '../core/announcements/kind.ts';
import { failedWithoutMemory } from '../core/announcements/passFailed.ts';
import { reportOf } from '../core/case.ts';
import { deadlineOf } from '../core/deadline.ts';
import type { Failure } from '../core/failure.ts';
import type { LedgerChange, LedgerState } from '../core/ledger.ts';
import { byCodePoint } from '../core/text.ts';
import type { Announcer } from '../ports.ts';
import type { Budget } from './budget.ts';
import type { Findings } from './findings.ts';
import type { PassInput } from './input.ts';
import type { Memory } from './memory.ts';

/** What delivering so many at once may take at most, in milliseconds. */
const DELIVERY_MS = 5000;
/** What fits one call to EventBridge. */
const AT_ONCE = 10;

/** Makes of facts what is to be queued of them; of facts that were told, or when nobody listens, nothing. */
export type Newsroom = (facts: Partial<typeof NO_FACTS | Facts>) => readonly LedgerChange[];

export function newsFor(input: PassInput, memory: Memory, origin: Origin): Newsroom {
  const { ports, dryRun, loaded, endpoint, gatewayEndpoint } = input;
  if (dryRun || ports.announcer === null) return () => [];
  const always = { ...NO_FACTS, origin, endpoints: { directConnect: endpoint, gateways: gatewayEndpoint } };
  return (facts) => {
    const at = ports.clock.now().toISOString();
    const { owners } = loaded.policy;
    return newsOf({ ...always, startedAt: at, at, state: memory.state(), owners, ...facts });
  };
}

/**
 * Queues what became of the requests and what failed, and delivers everything queued, of earlier passes too. What is
 * delivered was written before: so it is told at least once, and nothing that it is about depends on it.
 * @returns why something could not be delivered, if it could not
 * @throws LedgerFailure
 */
export async function tellFindings(
  input: PassInput,
  memory: Memory,
  budget: Budget,
  origin: Origin,
  startedAt: string,
  { cases, failures }: Findings,
): Promise<Failure[]> {
  const { announcer } = input.ports;
  if (announcer === null) return [];
  const { recipient } = input.loaded.policy;
  const requests = [...(cases?.values() ?? [])].map((item) => reportOf(item, recipient, input.endpoint));
  const hasRecovered = failures.length === 0 && memory.state().failing !== null;
  const { expiry } = recipient;
  const remembered = cases === null ? rememberedRequests(memory.state(), expiry) : [];
  memory.note([
    ...newsFor(input, memory, origin)({ startedAt, requests, remembered, failures }),
    ...(hasRecovered ? [{ kind: 'recovered' } as const] : []),
  ]);
  return deliver(announcer, memory, budget);
}

/** What may be pending still, while nobody can look. */
function rememberedRequests({ sightings }: LedgerState, expiry: number | null): RememberedRequest[] {
  return Object.entries(sightings).flatMap(([id, sighting]) => {
    const { connection, vlan, name, firstSeen, held, outbound } = sighting;
    const deadline = deadlineOf(sighting, expiry);
    return outbound ? [] : [{ id, connection, vlan, name, firstSeen, deadline, held }];
  });
}

async function deliver(announcer: Announcer, memory: Memory, budget: Budget): Promise<Failure[]> {
  const queued = Object.values(memory.state().outbox).sort((a, b) => byCodePoint(a.at, b.at));
  if (queued.length === 0) return [];
  await memory.write([]);
  const problems: string[] = [];
  let left = queued.length;
  let inVain = 0;
  // What there is no time for stays queued.
  for (let i = 0; i < queued.length && budget() >= DELIVERY_MS; i += AT_ONCE) {
    const { delivered, problem } = await announcer.announce(queued.slice(i, i + AT_ONCE));
    left -= delivered.length;
    if (delivered.length > 0) memory.note([{ kind: 'delivered', ids: delivered }]);
    if (problem !== null) problems.push(problem);
    inVain = delivered.length === 0 ? inVain + 1 : 0;
    // Ten may be refused for what one of them is; nobody who takes nothing at all is asked for every ten.
    if (inVain === 2) break;
  }
  const [problem] = problems;
  if (problem === undefined) return [];
  const message = `${left} of ${queued.length} announcements could not be delivered: ${problem}; the next pass tries again`;
  return [{ code: 'announcement', message }];
}

/** For a pass whose ledger fails: told at once, for nothing can be queued, and once by each process. */
export async function tellFailure(
  { ports: { announcer, clock }, outage }: PassInput,
  origin: Origin,
  startedAt: string,
  failures: readonly Failure[],
): Promise<Failure[]> {
  const codes = failures.map(({ code }) => code).join();
  if (announcer === null || outage.announced === codes) return [];
  const announcement = failedWithoutMemory(origin, clock.now().toISOString(), failures, startedAt);
  const { problem } = await announcer.announce([announcement]);
  if (problem !== null)
    return [{ code: 'announcement', message: `this failure could not be announced: ${problem}` }];
  outage.announced = codes;
  return [];
}
