import type { FollowUp } from '../core/followUp.ts';
import type { Acceptance } from '../core/ledgerEntries.ts';
import type { LedgerChange } from '../core/ledgerState.ts';
import { formatFirst } from '../core/printableText.ts';
import { findRouteProblem } from '../core/routeProblem.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import { ApiFailure, CallFailure } from './portErrors.ts';
import type { EventFactory } from './publishEvents.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';

/** How long after it became available a look that fails is tried again, in milliseconds. */
const LOOK_WITHIN_MS = 24 * 60 * 60 * 1000;

/**
 * Looks, once what we accepted has become available, whether its gateway leads anywhere: in that pass, and in no later one
 * unless that look fails. Last of all, for nothing is held or undone by it, and no request may wait for it. A look that
 * fails is a warning, never a failed pass; where the rights do not allow it, it is not tried again.
 * @param found brought up to date with what is found out
 */
export async function checkRoutes(
  input: RunInput,
  memory: LedgerUnitOfWork,
  budget: Budget,
  news: EventFactory,
  found: RunFindings,
): Promise<void> {
  const waiting = Object.entries(memory.state().acceptances).filter(
    ([, { availableAt, routesSettled }]) => availableAt !== null && !routesSettled,
  );
  for (const [gateway, accepted] of Map.groupBy(waiting, ([, acceptance]) => acceptance.gateway)) {
    const looked = await lookAt(gateway, input, budget);
    const settled = accepted.filter(([, acceptance]) => looked.isFinal || isOverdue(acceptance, input));
    const { problem } = looked;
    const followUps = problem === null ? [] : accepted.map((item) => followUp(item, problem));
    found.followUps = [...found.followUps, ...followUps];
    found.warnings.push(...warnings(gateway, looked, accepted, settled));
    // What is to be told is written before it is forgotten that there was something to find out.
    memory.add(news({ followUps }));
    memory.add(settled.flatMap(([id]) => settle(id, memory)));
  }
}

type Accepted = readonly [id: string, acceptance: Acceptance];

interface Looked {
  /** `null`: it leads somewhere, or nobody knows */
  readonly problem: ReturnType<typeof findRouteProblem>;
  /** why nobody knows, in short and with what happens next; `null`: it is known */
  readonly failure: { readonly short: string; readonly message: string } | null;
  /** whether there is nothing to be gained by asking again */
  readonly isFinal: boolean;
}

const NO_TIME = 'no time was left to look';

async function lookAt(gateway: string, input: RunInput, budget: Budget): Promise<Looked> {
  const { ports, loaded, endpoint, gatewayEndpoint, requestTimeoutMs } = input;
  const unknown = { problem: null, isFinal: false };
  if (budget() < 2 * requestTimeoutMs)
    return { ...unknown, failure: { short: NO_TIME, message: `${NO_TIME}; the next pass tries again` } };
  try {
    const routing = await ports.gateways.readRouting(gateway);
    const endpoints = { directConnect: endpoint, gateways: gatewayEndpoint };
    const problem = findRouteProblem(gateway, routing, loaded.policy.recipient.region, endpoints);
    return { problem, failure: null, isFinal: true };
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message } = error;
    if (!(error instanceof ApiFailure)) return { ...unknown, failure: { short: message, message } };
    const short = `${error.operation} failed (${error.kind})`;
    return { ...unknown, failure: { short, message }, isFinal: error.kind === 'credentials' };
  }
}

function isOverdue({ availableAt }: Acceptance, { ports }: RunInput): boolean {
  return availableAt !== null && ports.clock.now().getTime() - Date.parse(availableAt) >= LOOK_WITHIN_MS;
}

function followUp(
  [id, { owner, gateway, connection, movedTo, at: acceptedAt }]: Accepted,
  problem: NonNullable<Looked['problem']>,
): FollowUp {
  const now = movedTo ?? connection;
  return { id, owner, gateway, acceptedAt, problem: 'unrouted', connection: now, ...problem };
}

function warnings(
  gateway: string,
  { failure, isFinal }: Looked,
  accepted: readonly Accepted[],
  settled: readonly Accepted[],
): RunProblem[] {
  if (failure === null) return [];
  const warned = (some: readonly Accepted[], why: string): RunProblem[] => {
    const ids = some.map(([id]) => id);
    const message = `whether gateway \`${gateway}\` of ${formatFirst(ids, 5)} leads anywhere is not known${why}`;
    return ids.length === 0 ? [] : [{ code: 'routes-unknown', message }];
  };
  if (isFinal) return warned(accepted, `, and not asked again: ${failure.message}`);
  return [
    ...warned(
      accepted.filter((item) => !settled.includes(item)),
      `: ${failure.message}`,
    ),
    ...warned(
      settled,
      `, and after a day not asked again: ${failure.short}; look at it by hand with the AWS CLI`,
    ),
  ];
}

function settle(id: string, memory: LedgerUnitOfWork): LedgerChange[] {
  const acceptance = memory.state().acceptances[id];
  if (acceptance === undefined) return [];
  return [{ kind: 'accepted', id, acceptance: { ...acceptance, routesSettled: true }, receipt: null }];
}
