/** The policy language: YAML in, a compiled policy or every fault out. */

export { TooManyWays } from './algebra/stepLimit.ts';
export {
  type CompiledPolicy,
  compilePolicies,
  compilePolicy,
  type Refused,
  type Sorted,
} from './compilePolicies.ts';
export { decideAlone } from './decideInIsolation.ts';
export { FAULT_CODES, type Fault, type FaultCode, formatFault, type Path } from './diagnostic.ts';
export { diffPolicies, type PolicyDiff } from './diff/diffPolicies.ts';
export { git } from './git.ts';
export { instantFault, parseInstant } from './isoTime.ts';
export {
  compileFiles,
  compileFilesApart,
  NOT_UTF8,
  type ReadPolicies,
  readPolicyFiles,
  readUtf8,
} from './policyFiles.ts';
export { type Revision, revisionOf } from './policyRevision.ts';
export { type CaseResult, gotInWords, inWords } from './policyTests/evaluatePolicyTest.ts';
export type { Unexercised } from './policyTests/policyTestCoverage.ts';
export { type Tested, testFiles } from './policyTests/runPolicyTests.ts';
export type { Source } from './readDocument.ts';
export type { RecordedRequest } from './recordedRequests.ts';
export { readRecorded, recordedAs } from './recordedRequests.ts';
export { type RegionWords, wordsOfRegion, wordsOfRequest } from './requestSets/describeRequestSet.ts';
export { type Idle, idleGrants } from './requestSets/unreachableGrants.ts';
export { type Suggestion, suggest } from './suggest/suggestGrant.ts';
export { type OddPattern, oddPatterns, oddRegion } from './suspiciousValues.ts';
