/** The policy language: turns YAML into a compiled policy, or into every error that it contains. */

export {
  type CompiledPolicy,
  type CompileFailure as Refused,
  type CompileResults as Sorted,
  compilePolicies,
  compilePolicy,
} from './compilePolicies.ts';
export { decideInIsolation as decideAlone } from './decideInIsolation.ts';
export {
  DIAGNOSTIC_CODES as FAULT_CODES,
  type Diagnostic as Fault,
  type DiagnosticCode as FaultCode,
  formatDiagnostic as formatFault,
  type Path,
} from './diagnostic.ts';
export { diffPolicies, type PolicyDiff } from './diff/diffPolicies.ts';
export { git } from './git.ts';
export { checkInstant as instantFault, parseInstant } from './isoTime.ts';
export {
  compileEachFile as compileFilesApart,
  compileFiles,
  decodeUtf8 as readUtf8,
  NOT_UTF8,
  type ReadFiles as ReadPolicies,
  readPolicyFiles,
} from './policyFiles.ts';
export { type Revision, readRevision as revisionOf } from './policyRevision.ts';
export {
  describeDecision as gotInWords,
  describeExpectation as inWords,
  type PolicyTestResult as CaseResult,
} from './policyTests/evaluatePolicyTest.ts';
export type { UntestedEntry as Unexercised } from './policyTests/policyTestCoverage.ts';
export { type TestedPolicies as Tested, testPolicyFiles as testFiles } from './policyTests/runPolicyTests.ts';
export type { SourceFile as Source } from './readDocument.ts';
export type { RecordedRequest } from './recordedRequests.ts';
export {
  parseRecordedRequest as recordedAs,
  parseRecordedRequests as readRecorded,
} from './recordedRequests.ts';
export {
  describeRequest as wordsOfRequest,
  describeRequestSet as wordsOfRegion,
  type RequestSetDescription as RegionWords,
} from './requestSets/describeRequestSet.ts';
export {
  findUnreachableGrants as idleGrants,
  type UnreachableGrant as Idle,
} from './requestSets/unreachableGrants.ts';
export { ComparisonTooComplex as TooManyWays } from './stepLimit.ts';
export { type Suggestion, suggestGrant as suggest } from './suggest/suggestGrant.ts';
export {
  explainUnknownRegion as oddRegion,
  findSuspiciousPatterns as oddPatterns,
  type SuspiciousPattern as OddPattern,
} from './suspiciousValues.ts';
