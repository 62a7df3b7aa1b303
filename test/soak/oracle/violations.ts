/** The invariants that are checked in each life. */
export type InvariantName = 'safety' | 'liveness' | 'honesty' | 'secrecy';

export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
}

/** Collects the violations of a life. */
export function createViolations() {
  const all: Violation[] = [];
  return {
    all: (): readonly Violation[] => all,
    addViolation: (invariant: InvariantName, message: string): void => {
      all.push({ invariant, message });
    },
  };
}

export type Violations = ReturnType<typeof createViolations>;
