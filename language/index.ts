/** The policy language: YAML in, a compiled policy or every fault out. */

export { TooManyWays } from './algebra/steps.ts';
export type { Unexercised } from './cases/exercise.ts';
export { type CaseResult, gotInWords, inWords } from './cases/result.ts';
export { type Tested, testFiles } from './cases/tested.ts';
export { type CompiledPolicy, compilePolicies, compilePolicy, type Refused, type Sorted } from './compile.ts';
export { diffPolicies, type PolicyDiff } from './diff/index.ts';
export type { Source } from './document.ts';
export { FAULT_CODES, type Fault, type FaultCode, formatFault, type Path } from './fault.ts';
export { compileFiles, compileFilesApart, type ReadPolicies, readPolicyFiles } from './files.ts';
export { git } from './git.ts';
export { oddRegion } from './knownRegion.ts';
export { type OddPattern, oddPatterns } from './oddPatterns.ts';
export { decideAlone } from './preflight.ts';
export { type Idle, idleGrants } from './regions/idle.ts';
export { type RegionWords, wordsOfRegion, wordsOfRequest } from './regions/words.ts';
export { readRecorded, recordedAs } from './requests/recorded.ts';
export type { RecordedRequest } from './requests/schema.ts';
export { type Revision, revisionOf } from './revision.ts';
export { type Suggestion, suggest } from './suggest/index.ts';
export { instantFault, parseInstant } from './time.ts';
export { NOT_UTF8, readUtf8 } from './utf8.ts';
