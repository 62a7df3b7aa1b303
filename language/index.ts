/** The policy language: YAML in, a compiled policy or every fault out. */
export type { Source } from './check.ts';
export { type CompiledPolicy, compilePolicies, compilePolicy, type Refused, type Sorted } from './compile.ts';
export { FAULT_CODES, type Fault, type FaultCode, formatFault } from './fault.ts';
export { compileFiles, compileFilesApart, type ReadPolicies, readPolicyFiles } from './files.ts';
export { revisionOf } from './revision.ts';
