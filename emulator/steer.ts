import { enter, settle } from './lifecycle.ts';
import type { Disguise, World } from './world.ts';

/** Nothing has the ID. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/**
 * Puts an interface or a gateway into a state, any word, where it stays until it is steered again, deleted or accepted.
 * What is over still vanishes in its time. Throws `NotThere`.
 */
export function steer(world: World, id: string, state: string): void {
  settle(world);
  const vif = world.interfaces.get(id);
  const gateway = world.virtualGateways.get(id) ?? world.directConnectGateways.get(id);
  if (vif !== undefined) {
    enter(vif, state, world.clock.now().getTime());
    vif.steered = true;
  } else if (gateway !== undefined) {
    gateway.state = state;
  } else {
    throw new NotThere(
      `no interface or gateway has the ID \`${id}\`; list them with an SDK or read the calls`,
    );
  }
}

/** Makes answers about an interface depart from what is so, until it is disguised otherwise. Throws `NotThere`. */
export function disguise(world: World, id: string, changed: Partial<Disguise>): void {
  const vif = world.interfaces.get(id);
  if (vif === undefined)
    throw new NotThere(`no interface has the ID \`${id}\`; list them with an SDK or read the calls`);
  vif.disguise = { ...vif.disguise, ...changed };
}
