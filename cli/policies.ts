import {
  type CompiledPolicy,
  compilePolicies,
  type Fault,
  type FaultCode,
  formatFault,
  readPolicyFiles,
} from '../language/index.ts';
import { UsageError } from './exit.ts';
import { fromCaller } from './paths.ts';

/** Policies have faults: all of them, of all files. */
export class InvalidPolicies extends Error {
  override readonly name = 'InvalidPolicies';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map(formatFault).join('\n'));
    this.faults = faults;
  }
}

/** Nothing is wrong inside a policy: it was not found. */
const NOT_FOUND: ReadonlySet<FaultCode> = new Set(['no-folder', 'no-policy', 'unreadable-file']);

/**
 * Reads and compiles the policies that were named, or those of policy/ when none was.
 * @throws UsageError when there is nothing to read; InvalidPolicies
 */
export function loadPolicies(named: readonly string[], env: NodeJS.ProcessEnv): readonly CompiledPolicy[] {
  const paths = named.map((path) => fromCaller(path, env));
  const { sources, faults } = readPolicyFiles(paths.length > 0 ? paths : fromCaller('policy', env));
  if (faults.length > 0 && faults.every(({ code }) => NOT_FOUND.has(code))) {
    throw new UsageError(faults.map(({ file, message, mend }) => `${file}: ${message}; ${mend}`).join('\n'));
  }
  const compiled = compilePolicies(sources);
  const all = [...faults, ...(compiled.ok ? [] : compiled.faults)];
  if (!compiled.ok || all.length > 0) throw new InvalidPolicies(all);
  return compiled.policies;
}
