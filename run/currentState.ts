import type { GatewaysSeen, ServedKinds } from '../core/gatewayChecks.ts';
import { isForeignGateway, type VirtualInterface } from '../core/model.ts';
import type { LoadedPolicy } from '../core/policyText.ts';
import { gatewayKind } from '../core/resourceIds.ts';
import { PermissionMissing } from './portErrors.ts';
import type { Gateways, Ports } from './ports.ts';
import { usedGatewayKinds } from './verifyCaller.ts';

/** The state of a request and of the gateways, as the API showed it right before a decision. */
export interface CurrentState extends GatewaysSeen {
  /** `null`: it no longer exists */
  readonly request: VirtualInterface | null;
  /** when the first of its calls began, in milliseconds of the monotonic clock: the state may have changed since then */
  readonly since: number;
}

/** Whether everything was read that the checks of a gateway need. The decision may have another gateway than was expected. */
export function hasReadGateway({ served }: CurrentState, gateway: string): boolean {
  return gatewayKind(gateway) !== 'directConnect' || served?.gateway === gateway;
}

interface Context {
  readonly loaded: LoadedPolicy;
  readonly ports: Ports;
}

/** The largest age at which a state is not read again where that could give a newer one, in milliseconds. */
const FRESH_MS = 1000;

export function isFresh({ since }: CurrentState, { ports }: Context): boolean {
  return ports.clock.monotonic() - since <= FRESH_MS;
}

/**
 * Reads the state while earlier attempts are under way, and waits until they have decided.
 * @param gateway the one that the request will probably be assigned
 * @param reached resolves when every earlier attempt has decided
 * @throws CallFailure
 */
export async function readInTurn(
  id: string,
  gateway: string,
  reached: Promise<void>,
  context: Context,
): Promise<CurrentState> {
  const state = await readState(id, gateway, context);
  const { clock } = context.ports;
  const readAt = clock.monotonic();
  await reached;
  // Read again only if the wait was long, not if the API was slow: the request is decided again before the confirm.
  return clock.monotonic() - readAt <= FRESH_MS ? state : readState(id, gateway, context);
}

/**
 * Reads the state for the decision right before the confirm. If the API answers slowly, the request is described once more, so
 * that its description is only as old as one answer.
 * @throws CallFailure
 */
export async function readBeforeConfirm(
  id: string,
  gateway: string,
  context: Context,
): Promise<CurrentState> {
  const state = await readState(id, gateway, context);
  if (isFresh(state, context)) return state;
  const { clock, directConnect } = context.ports;
  const since = clock.monotonic();
  return { ...state, request: await directConnect.describe(id), since };
}

async function readState(id: string, gateway: string, { ports, loaded }: Context): Promise<CurrentState> {
  const { directConnect, gateways, clock } = ports;
  const since = clock.monotonic();
  const calls = [
    directConnect.describe(id),
    gateways.list(usedGatewayKinds(loaded.policy)),
    readServed(gateway, gateways),
  ] as const;
  // Waits for all even if one fails, so that no call is under way after its attempt has ended.
  await Promise.allSettled(calls);
  const [request, listed] = await Promise.all([calls[0], calls[1]]);
  // The API refuses questions about a gateway that does not exist or belongs to another account, for which the request is held.
  const isOwn = listed.some((one) => one.id === gateway && !isForeignGateway(one, loaded.policy.recipient));
  return { request, gateways: listed, served: isOwn ? await calls[2] : { gateway, kinds: null }, since };
}

/** Only a Direct Connect gateway serves one of several kinds. @throws CallFailure, but not for a missing permission */
async function readServed(gateway: string, gateways: Gateways): Promise<ServedKinds | null> {
  if (gatewayKind(gateway) !== 'directConnect') return null;
  try {
    return { gateway, kinds: await gateways.servedKinds(gateway) };
  } catch (error) {
    // Roles of earlier releases may not have this permission, and accepted requests for such gateways without it.
    if (error instanceof PermissionMissing) return { gateway, kinds: null };
    throw error;
  }
}
