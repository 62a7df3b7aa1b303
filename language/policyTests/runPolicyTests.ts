import { dirname } from 'node:path';
import { holdRuleApplies } from '../../core/decide.ts';
import { canonicalJson } from '../../core/json.ts';
import type { Policy } from '../../core/policy.ts';
import { quote } from '../../core/printableText.ts';
import { type CompiledPolicy, type CompiledSource, compileEach } from '../compilePolicies.ts';
import { type Diagnostic, formatPath, type Path, sortDiagnostics } from '../diagnostic.ts';
import { normaliseHoldRule } from '../normalisePolicy.ts';
import { readPolicyFiles } from '../policyFiles.ts';
import { type EvaluatedRequest, type PolicyTestResult, runPolicyTest } from './evaluatePolicyTest.ts';
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

/** A grant or a hold rule that no policy test covers, with its position. */
export type UntestedEntry = Pick<Diagnostic, 'file' | 'line' | 'column' | 'path' | 'message' | 'fix'>;

/** Finds the grants by which no test is accepted, and the hold rules by which no test is held. */
function findUntested(
  { file, policy, validPolicy }: CompiledSource,
  tests: readonly EvaluatedRequest[],
): UntestedEntry[] {
  const acceptingGrants = new Set(
    tests.flatMap(({ decision }) =>
      decision.verdict === 'accept' ? decision.grants.map((grant) => `${decision.owner}.${grant}`) : [],
    ),
  );
  const applyingRuleTexts = applyingRules(policy, tests);
  const describe = (path: Path, message: string, fix: string): UntestedEntry => {
    const at = validPolicy.positions.positionOf(path, 'key');
    return { file, ...at, path: formatPath(path), message, fix };
  };
  const grants = Object.entries(validPolicy.written.owners).flatMap(([owner, { grants: named }]) =>
    Object.keys(named ?? { default: null })
      .filter((grant) => !acceptingGrants.has(`${owner}.${grant}`))
      .map((grant) =>
        describe(
          named === undefined ? ['owners', owner, 'gateway'] : ['owners', owner, 'grants', grant],
          `no policy test is accepted by grant ${quote(`${owner}.${grant}`)}`,
          'add a test that expects `accept:` by this grant',
        ),
      ),
  );
  const rules = (validPolicy.written.hold ?? []).flatMap((rule, i) =>
    applyingRuleTexts.has(canonicalJson(normaliseHoldRule(rule)))
      ? []
      : [
          describe(
            ['hold', i],
            'no policy test is held by this rule',
            'add a test that expects `hold: [held-by-policy]`',
          ),
        ],
  );
  return [...grants, ...rules].sort((a, b) => a.line - b.line || a.column - b.column);
}

function applyingRules({ hold }: Policy, tests: readonly EvaluatedRequest[]): Set<string> {
  const held = tests.filter(({ decision }) => decision.verdict === 'hold');
  const applying = hold.filter((rule) => held.some(({ request }) => holdRuleApplies(rule, request)));
  return new Set(applying.map(canonicalJson));
}
