import { RunFailure } from '../../run/portErrors.ts';

/** The result of one check. `warn`: a run would still succeed. */
export interface DoctorFinding {
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'fail';
  readonly message: string;
}

export function ok(check: string, message: string): DoctorFinding {
  return { check, result: 'ok', message };
}

export function warn(check: string, message: string): DoctorFinding {
  return { check, result: 'warn', message };
}

export function fail(check: string, message: string): DoctorFinding {
  return { check, result: 'fail', message };
}

/** Runs a check. An error that would fail a run becomes a finding. */
export async function runCheck(
  check: string,
  perform: () => Promise<readonly DoctorFinding[]>,
): Promise<readonly DoctorFinding[]> {
  try {
    return await perform();
  } catch (error) {
    if (error instanceof RunFailure) return [fail(check, error.message)];
    throw error;
  }
}
