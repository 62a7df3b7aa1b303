/** The invariants that a life is checked for. */
export type PromiseName = 'safety' | 'liveness' | 'honesty' | 'secrecy';

export interface Violation {
  readonly promise: PromiseName;
  readonly message: string;
}

export function createVerdicts() {
  const violations: Violation[] = [];
  return {
    violations: (): readonly Violation[] => violations,
    blame: (promise: PromiseName, message: string): void => {
      violations.push({ promise, message });
    },
  };
}

export type Verdicts = ReturnType<typeof createVerdicts>;
