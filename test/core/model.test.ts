import { describe, expect, it } from 'vitest';
import { withAssignment, withDescription } from '../../core/decisionContext.ts';
import { hasEnded, isConfirming, isUnsettled, type VirtualInterface } from '../../core/model.ts';
import { aDecisionContext, aLiveVif, aVif, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

/** In one word: a request, over, or past being a request, and then whether anything may be concluded from it. */
function told(vif: VirtualInterface): string {
  const words = [isConfirming(vif) && 'request', hasEnded(vif) && 'over', isUnsettled(vif) && 'unsettled'];
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
  const world = aDecisionContext({
    interfaces: [request, neighbour],
    intents: { [request.id]: anIntent(), [neighbour.id]: anIntent() },
    acceptedThisRun: 2,
  });

  it('holds no more what exists no more', () => {
    const intents = { [neighbour.id]: anIntent() };
    expect(withDescription(world, request.id, null)).toEqual({ ...world, interfaces: [neighbour], intents });
  });

  it('holds what the look showed instead of what was listed', () => {
    const now = aVif({ vlan: 7 });
    expect(withDescription(world, request.id, now)).toEqual({ ...world, interfaces: [now, neighbour] });
    expect(
      withDescription(aDecisionContext({ interfaces: [neighbour] }), request.id, now).interfaces,
    ).toEqual([neighbour, now]);
  });

  it('is the same where the look showed what was listed', () => {
    expect(withDescription(world, request.id, { ...request })).toBe(world);
    expect(withDescription(aDecisionContext(), request.id, null)).toEqual(aDecisionContext());
  });

  it('holds what the request is given, and counts it', () => {
    const { at, owner, grants, gateway } = anAcceptance();
    const award = { at, owner, grants, gateway };
    expect(withAssignment(world, request.id, award)).toEqual({
      ...world,
      intents: { [request.id]: award, [neighbour.id]: anIntent() },
      acceptedThisPass: 3,
    });
  });
});
