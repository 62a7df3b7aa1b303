/** The policy language: YAML in, a compiled policy or every fault out. */

export { TooManyWays } from './algebra/stepLimit.ts';
export { type CaseResult, gotInWords, inWords } from './cases/result.ts';
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
export { oddRegion } from './knownRegion.ts';
export { compileFiles, compileFilesApart, type ReadPolicies, readPolicyFiles } from './policyFiles.ts';
export { type Revision, revisionOf } from './policyRevision.ts';
export type { Unexercised } from './policyTests/policyTestCoverage.ts';
export { type Tested, testFiles } from './policyTests/runPolicyTests.ts';
export type { Source } from './readDocument.ts';
export type { RecordedRequest } from './recordedRequests.ts';
export { type RegionWords, wordsOfRegion, wordsOfRequest } from './requestSets/describeRequestSet.ts';
export { type Idle, idleGrants } from './requestSets/unreachableGrants.ts';
export { readRecorded, recordedAs } from './requests/recorded.ts';
export { type Suggestion, suggest } from './suggest/suggestGrant.ts';
export { type OddPattern, oddPatterns } from './suspiciousValues.ts';
export { NOT_UTF8, readUtf8 } from './utf8.ts';
