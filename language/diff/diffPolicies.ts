import type { Policy } from '../../core/policy.ts';
import { MAX_STEPS, withStepLimit } from '../algebra/stepLimit.ts';
import { type DecisionChange, findDecisionChanges } from './decisionChanges.ts';
import { findLimitChanges, type LimitChange } from './limitChanges.ts';
import { describeRename, findRenames, type Rename } from './renames.ts';

/** What a change of policy means for requests. */
export interface PolicyDiff {
  /** additions first */
  readonly changes: readonly DecisionChange[];
  readonly limits: readonly LimitChange[];
  /** what bears on all requests, or on none, a sentence each */
  readonly notes: readonly string[];
  /** owners and grants that have another name: each has a note too */
  readonly renamed: readonly Rename[];
  /** whether anything becomes acceptable that was not, gets another gateway, or is bound by less */
  readonly opens: boolean;
}

/**
 * Compares two policies from an instant on. A new one that is frozen is compared as if neither were: what it lets in comes under a
 * freeze, must not come unseen, and is let in by whoever lifts that. What a freeze alone stops is said, not listed.
 * @param most steps that it may take
 * @throws TooManyWays when grants, or their globs, go together in too many ways to compare
 */
export function diffPolicies(old: Policy, now: Policy, at: Date, most = MAX_STEPS): PolicyDiff {
  // Fail closed: lifted, a freeze makes everything newly acceptable, and what came in under it would hide in that.
  const [before, after] = now.freeze ? [thawed(old), thawed(now)] : [old, now];
  const { changes, limits } = withStepLimit(most, () => ({
    changes: findDecisionChanges(before, after, at.getTime()),
    limits: findLimitChanges(before, after, at.getTime()),
  })).value;
  const opens =
    changes.some(({ kind }) => kind !== 'removed') || limits.some(({ effect }) => effect === 'looser');
  const renamed = findRenames(old, now);
  const notes = [...notesOf(old, now), ...renamed.map(describeRename)];
  return { changes: inOrder(changes), limits, notes, renamed, opens };
}

function thawed(policy: Policy): Policy {
  return { ...policy, freeze: false };
}

const KINDS = ['added', 'moved', 'removed'] as const;

function inOrder(changes: readonly DecisionChange[]): DecisionChange[] {
  return changes.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

function notesOf(old: Policy, now: Policy): string[] {
  const value = (given: unknown): string =>
    `\`${typeof given === 'string' ? given : JSON.stringify(given)}\``;
  const changed = (what: string, of: (policy: Policy) => unknown, why: string): string[] => {
    const [before, after] = [of(old), of(now)].map(value);
    return before === after ? [] : [`${what} changes from ${before} to ${after}${why}`];
  };
  const { provider, region, account } = now.recipient;
  return [
    ...frozenNotes(old, now),
    ...changed(
      'the recipient',
      ({ recipient: one }) => `${one.provider} ${one.region} ${one.account}`,
      `: no request to \`${provider} ${region} ${account}\` was one of the old policy's`,
    ),
    ...changed('`recipient.credentials`', ({ recipient }) => recipient.credentials, ': who acts'),
    ...changed(
      '`recipient.expiry` in seconds',
      ({ recipient }) => recipient.expiry,
      ': which deadlines are told',
    ),
    ...changed('`limits.acceptsPerPass`', ({ limits }) => limits.acceptsPerRun, ': how fast, not what'),
  ];
}

function frozenNotes(old: Policy, now: Policy): string[] {
  if (old.freeze && now.freeze)
    return ['both policies are frozen: what follows is what would be so if they were not'];
  if (now.freeze)
    return [
      'the new policy is frozen: it accepts nothing; what follows is what it changes once that is taken away',
    ];
  return old.freeze ? ['the freeze is lifted: all that the new policy allows becomes acceptable'] : [];
}
