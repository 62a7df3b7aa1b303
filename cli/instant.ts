import { instantFault, parseInstant } from '../language/index.ts';
import { UsageError } from './exitCodes.ts';

/** What `--at` says; now when it was not given. @throws UsageError */
export function instantOf(written: string | undefined): Date {
  if (written === undefined) return new Date();
  const fault = instantFault(written);
  if (fault !== null) throw new UsageError(`--at: ${fault.message}; ${fault.mend}`);
  return new Date(parseInstant(written) ?? Number.NaN);
}
