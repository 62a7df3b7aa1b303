import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../core/decide.ts';
import type { DecisionContext } from '../../core/decisionContext.ts';
import { GRANT_NAMES, holdRules, interfaces, OWNER_NAMES } from '../support/arbitraries.ts';
import { assignments } from '../support/arbitraryContexts.ts';
import {
  changeOwners,
  type DecisionInput,
  decideInput,
  decisionInputs,
  reasonCodes,
} from '../support/decisionInputs.ts';
import { anAcceptance, anIntent } from '../support/ledgerBuilders.ts';

/**
 * `change` never turns a hold into an accept, unless the hold had one of the reasons in `excuses` or, in a policy with shared connections, in
 * `sharedExcuses`.
 */
function neverOpens<T>(
  changes: Arbitrary<T>,
  change: (before: DecisionInput, by: T) => DecisionInput,
  excuses: readonly string[] = [],
  sharedExcuses: readonly string[] = [],
): void {
  let checked = 0;
  fc.assert(
    fc.property(decisionInputs, changes, (before, by) => {
      const [first, then] = [decideInput(before), decideInput(change(before, by))];
      const isShared = before.policy.owners.some(({ sharedConnections }) => sharedConnections.length > 0);
      const all = isShared ? [...excuses, ...sharedExcuses] : excuses;
      const excused = [...reasonCodes(first), ...causesOf(first)].some((code) => all.includes(code));
      if (first.verdict === 'accept' || excused) return;
      checked += 1;
      expect(then.verdict).toBe('hold');
    }),
    { numRuns: 1200 },
  );
  expect(checked).toBeGreaterThan(600);
}

/** The causes of an unknown requester. */
function causesOf(decision: Decision): string[] {
  const reasons = decision.verdict === 'hold' ? decision.reasons : [];
  return reasons.flatMap((reason) => (reason.code === 'unknown-requester' ? [reason.parameters.cause] : []));
}

/** The reasons by which a grant can prevent the decision of other grants. */
const IN_THE_WAY = ['ambiguous', 'grant-limit'];
/** On a shared connection, a pin of another owner prevents that the request is attributed. */
const PIN_IN_THE_WAY = ['severalPins'];
/** There, what is attributed to one owner, by a pin or a record, no longer counts for the others. */
const ATTRIBUTED = ['owner-limit', 'grant-limit'];

function add({ context, ...rest }: DecisionInput, more: Partial<DecisionContext>): DecisionInput {
  return { ...rest, context: { ...context, ...more } };
}

describe('a hold stays a hold', () => {
  it('when a hold rule is added', () => {
    neverOpens(holdRules, ({ policy, ...rest }, line) => ({
      ...rest,
      policy: { ...policy, hold: [...policy.hold, line] },
    }));
  });

  it('when a grant is removed, unless it conflicted with another or its limit was exhausted', () => {
    const grants = fc.record({
      owner: fc.constantFrom(...OWNER_NAMES, 'mid'),
      grant: fc.constantFrom(...GRANT_NAMES),
    });
    neverOpens(
      grants,
      ({ policy, ...rest }, { owner, grant }) => ({
        ...rest,
        policy: changeOwners(policy, ({ name, grants: all }) => ({
          grants: all.filter((one) => name !== owner || one.name !== grant),
        })),
      }),
      IN_THE_WAY,
      [...PIN_IN_THE_WAY, ...ATTRIBUTED],
    );
  });

  it('when a field of the request becomes unknown, unless a conflicting grant no longer matches', () => {
    const fields = fc.constantFrom(
      ...([
        'ownerAccount',
        'connection',
        'name',
        'location',
        'vlan',
        'mtu',
        'tags',
        'state',
        'type',
      ] as const),
    );
    neverOpens(
      fields,
      (before, field) => ({ ...before, request: { ...before.request, [field]: null } }),
      IN_THE_WAY,
      PIN_IN_THE_WAY,
    );
  });

  it('when a field of its sessions becomes unknown, or all sessions do, with the same exception', () => {
    const fields = fc.constantFrom('asn', 'amazonAddress', 'customerAddress', 'hasKey', null);
    neverOpens(
      fields,
      (before, field) => {
        const { peers } = before.request;
        const unknown = field === 'hasKey' ? { hasKey: null, agreedKey: null } : { [field ?? '']: null };
        const less = field === null ? [] : peers.map((peer) => ({ ...peer, ...unknown }));
        return { ...before, request: { ...before.request, peers: less } };
      },
      IN_THE_WAY,
      PIN_IN_THE_WAY,
    );
  });

  it('when any interfaces are added', () => {
    const others = interfaces.map((vif) => ({ ...vif, id: `${vif.id}0` }));
    neverOpens(others, (before, vif) => add(before, { interfaces: [...before.context.interfaces, vif] }));
  });

  it('when an intent or an acceptance is added', () => {
    const ids = fc.integer({ min: 1, max: 9 }).map((n) => `dxvif-${n}`);
    neverOpens(
      fc.tuple(ids, assignments),
      (before, [id, assignment]) =>
        add(before, { intents: { [id]: anIntent(assignment), ...before.context.intents } }),
      [],
      ATTRIBUTED,
    );
    neverOpens(
      fc.tuple(ids, assignments),
      (before, [id, assignment]) =>
        add(before, { acceptances: { [id]: anAcceptance(assignment), ...before.context.acceptances } }),
      [],
      ATTRIBUTED,
    );
  });

  it('when a ledger item becomes unreadable', () => {
    const ids = fc.integer({ min: 0, max: 9 }).map((n) => `dxvif-${n}`);
    neverOpens(ids, (before, id) =>
      add(before, { damaged: { ...before.context.damaged, [id]: 'it is odd' } }),
    );
  });

  it('when more was accepted in the same run, a limit is lowered, or the policy is frozen', () => {
    neverOpens(fc.nat({ max: 3 }), (before, more) =>
      add(before, { acceptedThisRun: before.context.acceptedThisRun + more }),
    );
    neverOpens(fc.nat({ max: 3 }), ({ policy, ...rest }, limit) => ({
      ...rest,
      policy: changeOwners(policy, (owner) => ({ limit: Math.min(limit, owner.limit ?? limit) })),
    }));
    neverOpens(fc.constant(true), ({ policy, ...rest }, freeze) => ({
      ...rest,
      policy: { ...policy, freeze },
    }));
  });
});
