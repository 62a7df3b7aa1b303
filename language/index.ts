/** The policy language: turns YAML into a compiled policy, or into every error that it contains. */

export {
  type CompiledPolicy,
  type CompileFailure,
  type CompileFailure as Refused,
  type CompileResults,
  type CompileResults as Sorted,
  compilePolicies,
  compilePolicy,
} from './compilePolicies.ts';
export { decideInIsolation, decideInIsolation as decideAlone } from './decideInIsolation.ts';
export {
  DIAGNOSTIC_CODES,
  DIAGNOSTIC_CODES as FAULT_CODES,
  type Diagnostic,
  type Diagnostic as Fault,
  type DiagnosticCode,
  type DiagnosticCode as FaultCode,
  formatDiagnostic,
  formatDiagnostic as formatFault,
  type Path,
} from './diagnostic.ts';
export { diffPolicies, type PolicyDiff } from './diff/diffPolicies.ts';
export { git } from './git.ts';
export { checkInstant, checkInstant as instantFault, parseInstant } from './isoTime.ts';
export {
  compileEachFile,
  compileEachFile as compileFilesApart,
  compileFiles,
  decodeUtf8,
  decodeUtf8 as readUtf8,
  NOT_UTF8,
  type ReadFiles,
  type ReadFiles as ReadPolicies,
  readPolicyFiles,
} from './policyFiles.ts';
export { type Revision, readRevision, readRevision as revisionOf } from './policyRevision.ts';
export {
  describeDecision,
  describeDecision as gotInWords,
  describeExpectation,
  describeExpectation as inWords,
  type PolicyTestResult,
  type PolicyTestResult as CaseResult,
} from './policyTests/evaluatePolicyTest.ts';
export type { UntestedEntry, UntestedEntry as Unexercised } from './policyTests/policyTestCoverage.ts';
export {
  type TestedPolicies,
  type TestedPolicies as Tested,
  testPolicyFiles,
  testPolicyFiles as testFiles,
} from './policyTests/runPolicyTests.ts';
export type { SourceFile, SourceFile as Source } from './readDocument.ts';
export type { RecordedRequest } from './recordedRequests.ts';
export {
  parseRecordedRequest,
  parseRecordedRequest as recordedAs,
  parseRecordedRequests,
  parseRecordedRequests as readRecorded,
} from './recordedRequests.ts';
export {
  describeRequest,
  describeRequest as wordsOfRequest,
  describeRequestSet,
  describeRequestSet as wordsOfRegion,
  type RequestSetDescription,
  type RequestSetDescription as RegionWords,
} from './requestSets/describeRequestSet.ts';
export {
  findUnreachableGrants,
  findUnreachableGrants as idleGrants,
  type UnreachableGrant,
  type UnreachableGrant as Idle,
} from './requestSets/unreachableGrants.ts';
export { ComparisonTooComplex, ComparisonTooComplex as TooManyWays } from './stepLimit.ts';
export { type Suggestion, suggestGrant, suggestGrant as suggest } from './suggest/suggestGrant.ts';
export {
  explainUnknownRegion,
  explainUnknownRegion as oddRegion,
  findSuspiciousPatterns,
  findSuspiciousPatterns as oddPatterns,
  type SuspiciousPattern,
  type SuspiciousPattern as OddPattern,
} from './suspiciousValues.ts';
