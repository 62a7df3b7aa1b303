import { describe, expect, it } from 'vitest';
import { isConfirming, isOver, isUnsettled, type VirtualInterface } from '../../lambda/core/model.ts';
import { afterAcceptance, asDescribed } from '../../lambda/core/world.ts';
import { aLiveVif, aVif, aWorld, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

/** In one word: a request, over, or past being a request, and then whether anything may be concluded from it. */
function told(vif: VirtualInterface): string {
  const words = [isConfirming(vif) && 'request', isOver(vif) && 'over', isUnsettled(vif) && 'unsettled'];
  return words.filter((word) => word !== false).join(' ') || 'settled';
}

describe('what an interface is, by its state, on no gateway and on one', () => {
  it.each<[state: string | null, onNone: string, onOne: string]>([
    ['confirming', 'request', 'request'],
    [null, 'request', 'request'],
    ['approving', 'request', 'settled'],
    ['pending', 'settled', 'settled'],
    ['available', 'settled', 'settled'],
    ['down', 'settled', 'settled'],
    ['verifying', 'unsettled', 'settled'],
    ['testing', 'unsettled', 'settled'],
    ['deleting', 'unsettled', 'settled'],
    ['unknown', 'unsettled', 'settled'],
    ['deleted', 'over', 'over'],
    ['rejected', 'over', 'over'],
    ['expired', 'over', 'over'],
  ])('%s: %s, and %s', (state, onNone, onOne) => {
    expect([told(aVif({ state })), told(aVif({ state, gateway: VGW.prod }))]).toEqual([onNone, onOne]);
  });
});

describe('the world after a look and after an acceptance', () => {
  const [request, neighbour] = [aVif(), aLiveVif()];
  const world = aWorld({
    interfaces: [request, neighbour],
    intents: { [request.id]: anIntent(), [neighbour.id]: anIntent() },
    acceptedThisPass: 2,
  });

  it('holds no more what exists no more', () => {
    expect(asDescribed(world, request.id, null)).toEqual({ ...world, interfaces: [neighbour] });
  });

  it('holds what the look showed instead of what was listed', () => {
    const now = aVif({ vlan: 7 });
    expect(asDescribed(world, request.id, now)).toEqual({ ...world, interfaces: [neighbour, now] });
  });

  it('holds the acceptance on its gateway, and no intent of it', () => {
    const { at, owner, grants, gateway } = anAcceptance();
    expect(afterAcceptance(world, request, { at, owner, grants, gateway })).toEqual({
      ...world,
      interfaces: [neighbour, { ...request, state: 'pending', gateway: VGW.prod }],
      intents: { [neighbour.id]: anIntent() },
      acceptances: { [request.id]: anAcceptance() },
      acceptedThisPass: 3,
    });
  });
});
