import { dirname } from 'node:path';
import { quote } from '../../core/printableText.ts';
import { type CompiledPolicy, type CompiledSource, compileApart } from '../compilePolicies.ts';
import { type Fault, inOrder } from '../diagnostic.ts';
import { readPolicyFiles } from '../policyFiles.ts';
import { type CaseResult, tried } from './evaluatePolicyTest.ts';
import { type Unexercised, unexercised } from './policyTestCoverage.ts';
import { type CaseFile, readCases } from './readPolicyTests.ts';
import { against, caseTwice } from './validatePolicyTests.ts';

/** Policies and what their cases showed. */
export interface Tested {
  readonly policies: readonly CompiledPolicy[];
  /** of policies and of cases, by file and position; with one, nothing was tried */
  readonly faults: readonly Fault[];
  /** in the order of files and cases */
  readonly results: readonly CaseResult[];
  /** of policies that have cases */
  readonly unexercised: readonly Unexercised[];
}

/** Compiles a folder of policies, or files named one by one, and tries the cases in the folder `cases` beside them. */
export function testFiles(folderOrFiles: string | readonly string[]): Tested {
  const { sources, faults } = readPolicyFiles(folderOrFiles);
  const compiled = compileApart(sources);
  const { policies } = compiled;
  const read = readCases(sources.map(({ file }) => file));
  const mismatches = policies.flatMap((one) => mismatched(one, filesOf(one, read.files)));
  const all = inOrder([
    ...faults,
    ...compiled.faults,
    ...read.faults,
    ...namesTwice(read.files),
    ...mismatches,
  ]);
  if (all.length > 0) return { policies, faults: all, results: [], unexercised: [] };
  const suites = policies.map((one) => run(one, filesOf(one, read.files)));
  return {
    policies,
    faults: [],
    results: suites.flatMap(({ results }) => results),
    unexercised: suites.flatMap((suite) => suite.unexercised),
  };
}

/** The cases that are about a policy. */
function filesOf({ file, policy }: CompiledPolicy, all: readonly CaseFile[]): CaseFile[] {
  return all.filter(({ folder, written }) => folder === dirname(file) && written.target === policy.target);
}

function mismatched({ policy }: CompiledPolicy, files: readonly CaseFile[]): Fault[] {
  return files.flatMap(({ written, places }) => against(policy, written).map(places.locate));
}

/** Of one file, its rules say so. */
function namesTwice(files: readonly CaseFile[]): Fault[] {
  const first = new Map<string, string>();
  return files.flatMap(({ file, folder, written: { target, cases }, places }) =>
    cases.flatMap(({ name }, i) => {
      const key = JSON.stringify([folder, target, name]);
      const other = first.get(key) ?? file;
      first.set(key, other);
      if (other === file) return [];
      return [
        places.locate({ path: ['cases', i, 'name'], at: 'value', ...caseTwice(name, `in ${quote(other)}`) }),
      ];
    }),
  );
}

function run(compiled: CompiledSource, files: readonly CaseFile[]): Pick<Tested, 'results' | 'unexercised'> {
  const all = files.flatMap(({ file, written, places }) =>
    written.cases.map((one, i) => {
      const { line } = places.position(['cases', i], 'value');
      return tried(compiled.policy, one, { file, line });
    }),
  );
  return {
    results: all.map(({ request: _, ...result }) => result),
    // Of a policy without cases that is said once, not grant by grant.
    unexercised: all.length === 0 ? [] : unexercised(compiled, all),
  };
}
