import { normalize } from 'node:path';
import { type CompiledPolicy, compileFiles, type FaultCode, formatFault } from '../language/index.ts';
import { InvalidPolicies, UsageError } from './exit.ts';

/** Nothing is wrong inside a policy: it was not found. */
const NOT_FOUND: ReadonlySet<FaultCode> = new Set(['no-folder', 'no-policy', 'unreadable-file']);

/**
 * Reads and compiles the policies that were named, or those of policy/ when none was.
 * @throws UsageError when there is nothing to read; InvalidPolicies
 */
export function loadPolicies(named: readonly string[]): readonly CompiledPolicy[] {
  const compiled = compileFiles(named.length > 0 ? [...new Set(named.map(normalize))] : 'policy');
  if (compiled.ok) return compiled.policies;
  const { faults } = compiled;
  if (faults.some(({ code }) => !NOT_FOUND.has(code)))
    throw new InvalidPolicies(faults, faults.map(formatFault));
  throw new UsageError(faults.map(({ file, message, mend }) => `${file}: ${message}; ${mend}`).join('\n'));
}
