/** The promises that a life is held against. */
export type Promised = 'safety' | 'liveness' | 'honesty' | 'secrecy';

export interface Violation {
  readonly promise: Promised;
  readonly message: string;
}

export function createVerdicts() {
  const violations: Violation[] = [];
  return {
    violations: (): readonly Violation[] => violations,
    blame: (promise: Promised, message: string): void => {
      violations.push({ promise, message });
    },
  };
}

export type Verdicts = ReturnType<typeof createVerdicts>;
