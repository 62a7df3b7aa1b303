import type { Fault } from '../language/index.ts';

/**
 * Exit codes that scripts rely on. `opens` is of `policy diff`: something becomes newly acceptable. `locked` is of `run`: nothing
 * failed, and another run held the lease of at least one target, about which nothing was done.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, invalidPolicy: 3, opens: 4, locked: 5 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Wrong usage: the message names option, value and mend. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Policies have faults: the message holds all of them, of all files, a line each. */
export class InvalidPolicies extends Error {
  override readonly name = 'InvalidPolicies';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[], lines: readonly string[]) {
    super(lines.join('\n'));
    this.faults = faults;
  }
}
