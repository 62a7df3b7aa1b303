import { describe, expect, it } from 'vitest';
import { withAssignment, withDescription } from '../../core/decisionContext.ts';
import { hasEnded, isConfirming, isUnsettled, type VirtualInterface } from '../../core/model.ts';
import { aDecisionContext, aLiveVif, aVif, VGW } from '../support/builders.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

/** A request, ended, or no longer a request; and in the last case whether it is conclusive. */
function classify(vif: VirtualInterface): string {
  const words = [isConfirming(vif) && 'request', hasEnded(vif) && 'ended', isUnsettled(vif) && 'unsettled'];
  return words.filter((word) => word !== false).join(' ') || 'settled';
}

describe('the classification of an interface by its state, without and with a gateway', () => {
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
    ['deleted', 'ended', 'ended'],
    ['rejected', 'ended', 'ended'],
    ['expired', 'ended', 'ended'],
  ])('%s: %s, and %s', (state, onNone, onOne) => {
    expect([classify(aVif({ state })), classify(aVif({ state, gateway: VGW.prod }))]).toEqual([
      onNone,
      onOne,
    ]);
  });
});

describe('the decision context after a description and after an assignment', () => {
  const [request, neighbour] = [aVif(), aLiveVif()];
  const context = aDecisionContext({
    interfaces: [request, neighbour],
    intents: { [request.id]: anIntent(), [neighbour.id]: anIntent() },
    acceptedThisRun: 2,
  });

  it('lacks an interface that no longer exists', () => {
    const intents = { [neighbour.id]: anIntent() };
    expect(withDescription(context, request.id, null)).toEqual({
      ...context,
      interfaces: [neighbour],
      intents,
    });
  });

  it('has the described interface instead of the listed one', () => {
    const now = aVif({ vlan: 7 });
    expect(withDescription(context, request.id, now)).toEqual({ ...context, interfaces: [now, neighbour] });
    expect(
      withDescription(aDecisionContext({ interfaces: [neighbour] }), request.id, now).interfaces,
    ).toEqual([neighbour, now]);
  });

  it('is unchanged if the description equals the listing', () => {
    expect(withDescription(context, request.id, { ...request })).toBe(context);
    expect(withDescription(aDecisionContext(), request.id, null)).toEqual(aDecisionContext());
  });

  it('has the assignment of the request, and counts it', () => {
    const { at, owner, grants, gateway } = anAcceptance();
    const assignment = { at, owner, grants, gateway };
    expect(withAssignment(context, request.id, assignment)).toEqual({
      ...context,
      intents: { [request.id]: assignment, [neighbour.id]: anIntent() },
      acceptedThisRun: 3,
    });
  });
});
