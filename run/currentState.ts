import type { Gateway, VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policy.ts';
import type { Slot } from './decisionQueue.ts';
import type { Ports } from './ports.ts';
import { usedGatewayKinds } from './verifyCaller.ts';

/** What the API showed right before something is decided upon it. */
export interface CurrentState {
  /** `null`: it exists no more */
  readonly request: VirtualInterface | null;
  readonly gateways: readonly Gateway[];
  /** when the first of its calls began, in milliseconds of the monotonic clock: what it shows may have changed since then */
  readonly since: number;
}

interface Context {
  readonly loaded: LoadedPolicy;
  readonly ports: Ports;
}

/** How old a look may be, in milliseconds, where another one could be younger. */
const FRESH_MS = 1000;

export function isFresh({ since }: CurrentState, { ports }: Context): boolean {
  return ports.clock.monotonic() - since <= FRESH_MS;
}

/** The request and the gateways, once every attempt before has decided. @throws CallFailure */
export async function readInTurn(id: string, place: Slot, context: Context): Promise<CurrentState> {
  const look = await lookAt(id, context);
  const { clock } = context.ports;
  const lookedAt = clock.monotonic();
  await place.reached;
  // It is not looked again for the slowness of the API: what is decided here is decided again before the confirm.
  return clock.monotonic() - lookedAt <= FRESH_MS ? look : lookAt(id, context);
}

/**
 * A look after which nothing is awaited before the confirm. The description is its last call: of an API that answers slowly, what
 * is decided upon is as young as one answer.
 * @throws CallFailure
 */
export async function readBeforeConfirm(id: string, context: Context): Promise<CurrentState> {
  const look = await lookAt(id, context);
  if (isFresh(look, context)) return look;
  const { clock, directConnect } = context.ports;
  const since = clock.monotonic();
  return { ...look, request: await directConnect.describe(id), since };
}

async function lookAt(id: string, { ports, loaded }: Context): Promise<CurrentState> {
  const { directConnect, gateways, clock } = ports;
  const since = clock.monotonic();
  const calls = [directConnect.describe(id), gateways.list(usedGatewayKinds(loaded.policy))] as const;
  // Both are at their end before anything else happens: no call goes on when its attempt is over.
  await Promise.allSettled(calls);
  const [request, listed] = await Promise.all(calls);
  return { request, gateways: listed, since };
}
