import { RunFailure } from '../../run/portErrors.ts';

/** One thing looked at. `warn`: a pass would run all the same. */
export interface DoctorFinding {
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'bad';
  readonly message: string;
}

export function ok(check: string, message: string): DoctorFinding {
  return { check, result: 'ok', message };
}

export function warn(check: string, message: string): DoctorFinding {
  return { check, result: 'warn', message };
}

export function fail(check: string, message: string): DoctorFinding {
  return { check, result: 'bad', message };
}

/** Looks; what a pass would fail of is a finding. */
export async function runCheck(
  check: string,
  look: () => Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof RunFailure) return [fail(check, error.message)];
    throw error;
  }
}
