/** The policy language: turns YAML into a compiled policy, or into every error that it contains. */

export {
  type CheckedPolicies,
  checkPolicyFiles,
  type PlacedNotice,
  type PolicyWarning,
  WARNING_CODES,
} from './checkPolicyFiles.ts';
export { CODE_HELP, type ReportedCode } from './codeHelp.ts';
export {
  type CompiledPolicy,
  type CompileFailure,
  type CompileResults,
  compilePolicies,
  compilePolicy,
} from './compilePolicies.ts';
export { decideInIsolation } from './decideInIsolation.ts';
export {
  DIAGNOSTIC_CODES,
  type Diagnostic,
  type DiagnosticCode,
  formatDiagnostic,
  type Path,
} from './diagnostic.ts';
export { diffPolicies, type PolicyDiff } from './diff/diffPolicies.ts';
export { git } from './git.ts';
export { checkInstant, parseInstant } from './isoTime.ts';
export { findKeyWarnings, type KeyWarning } from './keyWarnings.ts';
export { locateRunbook, type Runbook } from './locateRunbook.ts';
export {
  compileEachFile,
  compileFiles,
  decodeUtf8,
  NOT_UTF8,
  type ReadFiles,
  readPolicyFiles,
} from './policyFiles.ts';
export { findNotices } from './policyNotices.ts';
export { type Revision, readRevision } from './policyRevision.ts';
export {
  describeDecision,
  describeExpectation,
  type PolicyTestResult,
} from './policyTests/evaluatePolicyTest.ts';
export type { UntestedEntry } from './policyTests/runPolicyTests.ts';
export { type TestedPolicies, testPolicyFiles } from './policyTests/runPolicyTests.ts';
export { explainUnknownRegion, findSuspiciousPatterns, type SuspiciousPattern } from './policyWarnings.ts';
export type { SourceFile } from './readDocument.ts';
export type { RecordedRequest } from './recordedRequests.ts';
export { parseRecordedRequest, parseRecordedRequests } from './recordedRequests.ts';
export {
  describeExample,
  describeRequest,
  describeRequestSet,
  type RequestSetDescription,
} from './requestSets/describeRequestSet.ts';
export { findUnreachableGrants, type UnreachableGrant } from './requestSets/overlappingGrants.ts';
export { ComparisonTooComplex } from './stepLimit.ts';
export { type Suggestion, suggestGrant } from './suggest/suggestGrant.ts';
