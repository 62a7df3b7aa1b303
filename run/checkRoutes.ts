import type { FollowUp } from '../core/followUp.ts';
import { isInterfaceKind } from '../core/kinds.ts';
import type { Acceptance } from '../core/ledgerEntries.ts';
import type { LedgerChange } from '../core/ledgerState.ts';
import type { Routing } from '../core/model.ts';
import { formatFirst } from '../core/printableText.ts';
import { findRouteProblem } from '../core/routeProblem.ts';
import type { RunProblem } from '../core/runReport.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { LedgerUnitOfWork } from './ledgerUnitOfWork.ts';
import { ApiFailure, CallFailure } from './portErrors.ts';
import type { EventFactory } from './queueEvents.ts';
import type { Budget, RunFindings, RunInput } from './runContext.ts';

/** For how long after an interface became available a failed check is retried, in milliseconds. */
const RETRY_WITHIN_MS = 24 * 60 * 60 * 1000;

/**
 * Checks whether the gateways of accepted interfaces have an onward route, once for each interface when it has become
 * available. Advisory only: it never holds or reverses an acceptance, so it runs last and no request waits for it. A
 * failed check is a warning, never a failed run; the next run repeats it, unless a permission is missing.
 * @param seen the interfaces that this run listed or described, by ID
 * @param found updated with the results
 */
export async function checkRoutes(
  input: RunInput,
  ledger: LedgerUnitOfWork,
  budget: Budget,
  createEvents: EventFactory,
  seen: Snapshot['found'],
  found: RunFindings,
): Promise<void> {
  const unchecked = Object.entries(ledger.state().acceptances).filter(
    ([, { availableAt, routesSettled }]) => availableAt !== null && !routesSettled,
  );
  for (const [gateway, accepted] of Map.groupBy(unchecked, ([, acceptance]) => acceptance.gateway)) {
    const check = await checkGateway(gateway, input, budget);
    const done = accepted.filter(([, acceptance]) => check.isFinal || isOverdue(acceptance, input));
    const followUps = accepted.flatMap((entry) => findUnrouted(entry, check, seen, input));
    found.followUps = [...found.followUps, ...followUps];
    found.warnings.push(...describeUnknown(gateway, check, accepted, done));
    // The events come before the change that ends the check, so that an interrupted write repeats the check.
    ledger.add(createEvents({ followUps }));
    ledger.add(done.flatMap(([id]) => endCheck(id, ledger)));
  }
}

type AcceptedEntry = readonly [id: string, acceptance: Acceptance];

interface RouteCheck {
  /** `null`: not known */
  readonly routing: Routing | null;
  /** why it is not known, in short and with what happens next; `null`: it is known */
  readonly failure: { readonly short: string; readonly message: string } | null;
  /** whether another check is useless */
  readonly isFinal: boolean;
}

const NO_TIME = 'no time was left to check';

async function checkGateway(gateway: string, input: RunInput, budget: Budget): Promise<RouteCheck> {
  const { ports, requestTimeoutMs } = input;
  const unknown = { routing: null, isFinal: false };
  if (budget() < 2 * requestTimeoutMs)
    return { ...unknown, failure: { short: NO_TIME, message: `${NO_TIME}; the next run tries again` } };
  try {
    return { routing: await ports.gateways.readRouting(gateway), failure: null, isFinal: true };
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { message } = error;
    if (!(error instanceof ApiFailure)) return { ...unknown, failure: { short: message, message } };
    const short = `${error.operation} failed (${error.kind})`;
    return { ...unknown, failure: { short, message }, isFinal: error.kind === 'credentials' };
  }
}

function isOverdue({ availableAt }: Acceptance, { ports }: RunInput): boolean {
  return availableAt !== null && ports.clock.now().getTime() - Date.parse(availableAt) >= RETRY_WITHIN_MS;
}

function findUnrouted(
  [id, { owner, gateway, connection, movedTo, at: acceptedAt }]: AcceptedEntry,
  { routing }: RouteCheck,
  seen: Snapshot['found'],
  { loaded, endpoint, gatewayEndpoint }: RunInput,
): FollowUp[] {
  if (routing === null) return [];
  const type = seen.get(id)?.type ?? null;
  const endpoints = { directConnect: endpoint, gateways: gatewayEndpoint };
  const { region } = loaded.policy.recipient;
  const kind = isInterfaceKind(type) ? type : null;
  const problem = findRouteProblem(gateway, kind, routing, region, endpoints);
  if (problem === null) return [];
  const current = movedTo ?? connection;
  return [{ id, owner, gateway, acceptedAt, problem: 'unrouted', connection: current, ...problem }];
}

function describeUnknown(
  gateway: string,
  { failure, isFinal }: RouteCheck,
  accepted: readonly AcceptedEntry[],
  done: readonly AcceptedEntry[],
): RunProblem[] {
  if (failure === null) return [];
  const warningFor = (some: readonly AcceptedEntry[], why: string): RunProblem[] => {
    const ids = some.map(([id]) => id);
    const message = `whether gateway \`${gateway}\` of ${formatFirst(ids, 5)} has an onward route is not known${why}`;
    return ids.length === 0 ? [] : [{ code: 'routes-unknown', message }];
  };
  if (isFinal) return warningFor(accepted, `, and not checked again: ${failure.message}`);
  return [
    ...warningFor(
      accepted.filter((entry) => !done.includes(entry)),
      `: ${failure.message}`,
    ),
    ...warningFor(done, `, and after a day not checked again: ${failure.short}; check it with the AWS CLI`),
  ];
}

function endCheck(id: string, ledger: LedgerUnitOfWork): LedgerChange[] {
  const acceptance = ledger.state().acceptances[id];
  if (acceptance === undefined) return [];
  return [{ kind: 'accepted', id, acceptance: { ...acceptance, routesSettled: true }, receipt: null }];
}
