import type { FaultKind } from '../../emulator/emulator.ts';
import { refuseCall, type VirtualProvider } from './cloud/virtualProvider.ts';
import { type Answer, answerJson, type Call, type VirtualServer } from './cloud/virtualServer.ts';
import { HOSTS } from './functionProcess.ts';
import type { CallFault, CallFaultKind, Place } from './plan/callFaults.ts';
import { PLACES } from './plan/callFaults.ts';
import { sleep, timerOwners, virtualNow } from './virtual/virtualTime.ts';
import { currentRun, nextFault, type VirtualRun } from './virtualRun.ts';

/** Observes all calls, for the oracle. */
export interface NetworkObserver {
  sent(run: VirtualRun, place: Place, call: Call): void;
  /** @param make executes the call */
  arrives(run: VirtualRun, place: Place, call: Call, make: () => Answer): Answer;
  received(run: VirtualRun, place: Place, call: Call, reply: Answer): void;
  /** called when another party acts during a run */
  overtake(run: VirtualRun): void;
  /** whether a call is still in flight */
  underWay(by: 1 | -1): void;
  faultInjected(run: VirtualRun, faultKind: CallFaultKind, place: Place): void;
}

/** A promise of its own for each call that is never answered: a shared one would keep every waiting run in memory. */
const neverAnswered = (): Promise<never> => new Promise(() => undefined);

const CORRUPTIONS: Partial<Record<CallFaultKind, FaultKind>> = {
  halfPage: 'truncatedPage',
  repeatedToken: 'repeatedToken',
  garbageItem: 'garbageItem',
};

/** The network between the function and the cloud. Works in virtual time, and injects the faults of the plan. */
export function createNetwork(
  provider: VirtualProvider,
  ledger: VirtualServer,
  bus: VirtualServer,
  random: () => number,
  networkObserver: NetworkObserver,
) {
  const latency = (): number => 4 + Math.floor(random() * 80);
  const servers = { ledger, bus };

  function serve(place: Place, call: Call, faultKind: CallFaultKind | null): Answer {
    const injected = faultKind === null ? null : (CORRUPTIONS[faultKind] ?? null);
    return place === 'ledger' || place === 'bus'
      ? servers[place].answer(call)
      : provider.answer(call, injected);
  }

  function refused(place: Place, faultKind: CallFaultKind): Answer | null {
    const status =
      faultKind === 'throttled'
        ? 400
        : faultKind === 'denied'
          ? 403
          : faultKind === 'serverError'
            ? 503
            : null;
    if (status === null) return null;
    return place === 'ledger' || place === 'bus' ? servers[place].failure(status) : refuseCall(status);
  }

  /** The answer of a call that has no effect; `null` if it has its effect. */
  function instead(place: Place, faultKind: CallFaultKind | null): Answer | null {
    if (faultKind === 'hangBefore') return { broken: 'hang' };
    if (faultKind === 'resetBefore') return { broken: 'reset' };
    return faultKind === null ? null : refused(place, faultKind);
  }

  /** Runs outside the process, so that a sent call arrives even if its sender is killed. */
  async function travel(run: VirtualRun, place: Place, call: Call, fault: CallFault | null): Promise<Answer> {
    const faultKind = fault?.kind ?? null;
    await sleep(latency() + delayOf(fault));
    const none = instead(place, faultKind);
    if (none !== null) return none;
    const reply = networkObserver.arrives(run, place, call, () => serve(place, call, faultKind));
    if (faultKind === 'killedAfter') run.die();
    if (faultKind === 'overtakenAfter') networkObserver.overtake(run);
    await sleep(latency());
    return faultKind === null ? reply : corruptAnswer(faultKind, reply);
  }

  /** Applies a fault to the process of the run, before its call is sent. */
  function affectSender(run: VirtualRun, place: Place, { kind, seconds }: CallFault): void {
    networkObserver.faultInjected(run, kind, place);
    if (kind === 'killedBefore') run.die();
    if (kind === 'overtakenBefore') networkObserver.overtake(run);
    if (kind === 'paused') run.pausedUntil = virtualNow() + seconds * 1000;
  }

  return async function carry(host: string, call: Call): Promise<Answer> {
    const run = currentRun();
    const place = PLACES.find((one) => HOSTS[one] === host);
    if (run === null || place === undefined) throw new Error(`unknown host ${host}`);
    if (run.isDead) return neverAnswered();
    const fault = nextFault(run, place, call.operation);
    if (fault !== null) affectSender(run, place, fault);
    if (run.isDead) return neverAnswered();
    networkObserver.sent(run, place, call);
    if (isPaused(run)) await untilResumed(run);
    networkObserver.underWay(1);
    const reply = await timerOwners.exit(() => travel(run, place, call, fault));
    networkObserver.underWay(-1);
    if (isPaused(run)) await untilResumed(run);
    if (run.isDead) return neverAnswered();
    networkObserver.received(run, place, call, reply);
    return reply;
  };
}

/** Whether the process of the run is suspended. */
function isPaused({ pausedUntil }: VirtualRun): boolean {
  return pausedUntil > virtualNow();
}

function untilResumed({ pausedUntil }: VirtualRun): Promise<void> {
  return timerOwners.exit(() => sleep(pausedUntil - virtualNow()));
}

/** Milliseconds. */
function delayOf(fault: CallFault | null): number {
  return fault?.kind === 'late' || fault?.kind === 'slow' ? fault.seconds * 1000 : 0;
}

function corruptAnswer(faultKind: CallFaultKind, reply: Answer): Answer {
  if ('broken' in reply) return reply;
  switch (faultKind) {
    case 'resetAfter':
      return { broken: 'reset' };
    case 'hangAfter':
    case 'late':
      return { broken: 'hang' };
    case 'errorAfter':
      return answerJson(500, { __type: 'InternalFailure', message: 'no' });
    case 'html':
      return { status: 200, body: '<!doctype html><html><body>This is no API.</body></html>' };
    case 'emptyBody':
      return { status: 200, body: '' };
    case 'emptyObject':
      return { status: 200, body: '{}' };
    case 'truncatedBody':
      return { status: reply.status, body: reply.body.slice(0, reply.body.length / 2) };
    default:
      return reply;
  }
}
