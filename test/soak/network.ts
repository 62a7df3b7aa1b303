import type { FaultKind } from '../../emulator/emulator.ts';
import { refuseCall, type VirtualProvider } from './cloud/virtualProvider.ts';
import { type Answer, answerJson, type Call, type VirtualServer } from './cloud/virtualServer.ts';
import { HOSTS } from './functionProcess.ts';
import type { CallFault, CallFaultKind, Place } from './plan/callFaults.ts';
import { PLACES } from './plan/callFaults.ts';
import { sleep, timerOwners } from './virtual/virtualTime.ts';
import { currentRun, nextFault, type VirtualRun } from './virtualRun.ts';

/** Observes all calls, for the oracle. */
export interface NetworkObserver {
  sent(run: VirtualRun, place: Place, call: Call): void;
  /** @param make executes the call */
  arrives(run: VirtualRun, place: Place, call: Call, make: () => Answer): Answer;
  heard(run: VirtualRun, place: Place, call: Call, reply: Answer): void;
  /** called when another party acts during a run */
  overtake(run: VirtualRun): void;
  /** whether a call is still in flight */
  underWay(by: 1 | -1): void;
  harmed(run: VirtualRun, harm: CallFaultKind, place: Place): void;
}

const NEVER = new Promise<never>(() => undefined);

const SPOILT: Partial<Record<CallFaultKind, FaultKind>> = {
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
  watcher: NetworkObserver,
) {
  const latency = (): number => 4 + Math.floor(random() * 80);
  const servers = { ledger, bus };

  function serve(place: Place, call: Call, harm: CallFaultKind | null): Answer {
    const fault = harm === null ? null : (SPOILT[harm] ?? null);
    return place === 'ledger' || place === 'bus' ? servers[place].answer(call) : provider.answer(call, fault);
  }

  function refused(place: Place, harm: CallFaultKind): Answer | null {
    const status = harm === 'throttled' ? 400 : harm === 'denied' ? 403 : harm === 'serverError' ? 503 : null;
    if (status === null) return null;
    return place === 'ledger' || place === 'bus' ? servers[place].failure(status) : refuseCall(status);
  }

  /** The answer of a call that has no effect; `null` if it has its effect. */
  function instead(place: Place, harm: CallFaultKind | null): Answer | null {
    if (harm === 'hangBefore') return { broken: 'hang' };
    if (harm === 'resetBefore') return { broken: 'reset' };
    return harm === null ? null : refused(place, harm);
  }

  /** Runs outside the process, so that a sent call arrives even if its sender is killed. */
  async function travel(run: VirtualRun, place: Place, call: Call, ill: CallFault | null): Promise<Answer> {
    const harm = ill?.kind ?? null;
    await sleep(latency() + delayOf(ill));
    const none = instead(place, harm);
    if (none !== null) return none;
    const reply = watcher.arrives(run, place, call, () => serve(place, call, harm));
    if (harm === 'killedAfter') run.die();
    if (harm === 'overtakenAfter') watcher.overtake(run);
    await sleep(latency());
    return harm === null ? reply : spoilt(harm, reply);
  }

  return async function carry(host: string, call: Call): Promise<Answer> {
    const run = currentRun();
    const place = PLACES.find((one) => HOSTS[one] === host);
    if (run === null || place === undefined) throw new Error(`unknown host ${host}`);
    if (run.isDead) return NEVER;
    const ill = nextFault(run, place, call.operation);
    if (ill !== null) watcher.harmed(run, ill.kind, place);
    if (ill?.kind === 'killedBefore') {
      run.die();
      return NEVER;
    }
    if (ill?.kind === 'overtakenBefore') watcher.overtake(run);
    watcher.sent(run, place, call);
    watcher.underWay(1);
    const reply = await timerOwners.exit(() => travel(run, place, call, ill));
    watcher.underWay(-1);
    if (run.isDead) return NEVER;
    watcher.heard(run, place, call, reply);
    return reply;
  };
}

/** Milliseconds. */
function delayOf(ill: CallFault | null): number {
  return ill?.kind === 'late' || ill?.kind === 'slow' ? ill.seconds * 1000 : 0;
}

function spoilt(harm: CallFaultKind, reply: Answer): Answer {
  if ('broken' in reply) return reply;
  switch (harm) {
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
