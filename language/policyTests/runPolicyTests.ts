import { dirname } from 'node:path';
import { quote } from '../../core/printableText.ts';
import { type CompiledPolicy, type CompiledSource, compileEach } from '../compilePolicies.ts';
import { type Diagnostic, sortDiagnostics } from '../diagnostic.ts';
import { readPolicyFiles } from '../policyFiles.ts';
import { type PolicyTestResult, runPolicyTest } from './evaluatePolicyTest.ts';
import { findUntested, type UntestedEntry } from './policyTestCoverage.ts';
import { type PolicyTestFile, readPolicyTests } from './readPolicyTests.ts';
import { checkAgainstPolicy, duplicateTestName } from './validatePolicyTests.ts';

/** Policies and the results of their tests. */
export interface TestedPolicies {
  readonly policies: readonly CompiledPolicy[];
  /** of policies and of tests, sorted by file and position; if there are any, no test was run */
  readonly errors: readonly Diagnostic[];
  /** in the order of files and tests */
  readonly results: readonly PolicyTestResult[];
  /** of policies that have tests */
  readonly untested: readonly UntestedEntry[];
}

/** Compiles the policies of a folder, or the listed files, and runs the policy tests in the folder `cases` beside them. */
export function testPolicyFiles(folderOrFiles: string | readonly string[]): TestedPolicies {
  const { sources, errors } = readPolicyFiles(folderOrFiles);
  const compiled = compileEach(sources);
  const { policies } = compiled;
  const read = readPolicyTests(sources.map(({ file }) => file));
  const mismatches = policies.flatMap((one) => findMismatches(one, filesOf(one, read.files)));
  const all = sortDiagnostics([
    ...errors,
    ...compiled.errors,
    ...read.errors,
    ...findDuplicateNames(read.files),
    ...mismatches,
  ]);
  if (all.length > 0) return { policies, errors: all, results: [], untested: [] };
  const suites = policies.map((one) => runTests(one, filesOf(one, read.files)));
  return {
    policies,
    errors: [],
    results: suites.flatMap(({ results }) => results),
    untested: suites.flatMap((suite) => suite.untested),
  };
}

/** The files with tests of a policy. */
function filesOf({ file, policy }: CompiledPolicy, all: readonly PolicyTestFile[]): PolicyTestFile[] {
  return all.filter(({ folder, written }) => folder === dirname(file) && written.target === policy.target);
}

function findMismatches({ policy }: CompiledPolicy, files: readonly PolicyTestFile[]): Diagnostic[] {
  return files.flatMap(({ written, positions }) =>
    checkAgainstPolicy(policy, written).map(positions.toDiagnostic),
  );
}

/** Errors for tests of one target that have the same name in different files. Within one file, the rules report them. */
function findDuplicateNames(files: readonly PolicyTestFile[]): Diagnostic[] {
  const first = new Map<string, string>();
  return files.flatMap(({ file, folder, written: { target, cases }, positions }) =>
    cases.flatMap(({ name }, i) => {
      const key = JSON.stringify([folder, target, name]);
      const other = first.get(key) ?? file;
      first.set(key, other);
      if (other === file) return [];
      return [
        positions.toDiagnostic({
          path: ['cases', i, 'name'],
          at: 'value',
          ...duplicateTestName(name, `in ${quote(other)}`),
        }),
      ];
    }),
  );
}

function runTests(
  compiled: CompiledSource,
  files: readonly PolicyTestFile[],
): Pick<TestedPolicies, 'results' | 'untested'> {
  const all = files.flatMap(({ file, written, positions }) =>
    written.cases.map((one, i) => {
      const { line } = positions.positionOf(['cases', i], 'value');
      return runPolicyTest(compiled.policy, one, { file, line });
    }),
  );
  return {
    results: all.map(({ request: _, ...result }) => result),
    // A policy without any tests is reported as such, not grant by grant.
    untested: all.length === 0 ? [] : findUntested(compiled, all),
  };
}
