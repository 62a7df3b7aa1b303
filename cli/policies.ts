import { readFileSync } from 'node:fs';
import type { LoadedPolicy } from '../lambda/core/policy.ts';
import { compilePolicies, type Fault, formatFault } from '../language/index.ts';
import { UsageError } from './exit.ts';

/** Policies have faults: all of them, of all files. */
export class InvalidPolicies extends Error {
  override readonly name = 'InvalidPolicies';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map(formatFault).join('\n'));
    this.faults = faults;
  }
}

/** Reads and compiles policy files. @throws UsageError for a file that cannot be read; InvalidPolicies */
export function loadPolicies(files: readonly string[]): LoadedPolicy[] {
  const compiled = compilePolicies(files.map((file) => ({ file, text: readPolicy(file) })));
  if (!compiled.ok) throw new InvalidPolicies(compiled.faults);
  return compiled.policies.map(({ policy, digest }) => ({ policy, digest }));
}

function readPolicy(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`policy \`${file}\` cannot be read; check its path and permissions`, { cause });
  }
}
