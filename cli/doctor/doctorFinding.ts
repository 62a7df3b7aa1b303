import { PassFailure } from '../../run/portErrors.ts';

/** One thing looked at. `warn`: a pass would run all the same. */
export interface Finding {
  readonly check: string;
  readonly result: 'ok' | 'warn' | 'bad';
  readonly message: string;
}

export function ok(check: string, message: string): Finding {
  return { check, result: 'ok', message };
}

export function warn(check: string, message: string): Finding {
  return { check, result: 'warn', message };
}

export function bad(check: string, message: string): Finding {
  return { check, result: 'bad', message };
}

/** Looks; what a pass would fail of is a finding. */
export async function guarded(
  check: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof PassFailure) return [bad(check, error.message)];
    throw error;
  }
}
