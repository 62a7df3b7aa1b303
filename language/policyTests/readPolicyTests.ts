import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quote } from '../../core/printableText.ts';
import { isName } from '../../core/resourceIds.ts';
import { targetName } from '../checkPolicy.ts';
import { type Diagnostic, sortDiagnostics } from '../diagnostic.ts';
import { findNearest } from '../didYouMean.ts';
import { readPolicyTestFiles } from '../policyFiles.ts';
import { type Positions, readDocument, type SourceFile } from '../readDocument.ts';
import type { WrittenPolicyTests } from './policyTestSchema.ts';
import { POLICY_TESTS_SPEC } from './validatePolicyTests.ts';

/** A file of policy tests without errors of its own. */
export interface PolicyTestFile {
  readonly file: string;
  /** the folder of its policy */
  readonly folder: string;
  readonly written: WrittenPolicyTests;
  readonly positions: Positions;
}

/** The policy tests that were read, and the errors in the others. */
export interface ReadPolicyTests {
  readonly files: readonly PolicyTestFile[];
  readonly errors: readonly Diagnostic[];
}

/**
 * Reads the policy tests in the folders of policies.
 * @param policies the files to test; tests of other policies in their folders are ignored
 */
export function readPolicyTests(policies: readonly string[]): ReadPolicyTests {
  const folders = [...new Set(policies.map(dirname))];
  const read = folders.map((folder) => {
    const { sources, errors } = readPolicyTestFiles(folder);
    const targets = policies
      .filter((file) => dirname(file) === folder)
      .map(targetName)
      .filter((target) => typeof target === 'string');
    const tests = sources.map((source) => readTestFile(source, folder, targets));
    return {
      files: tests.flatMap(({ file }) =>
        file !== null && targets.includes(file.written.target) ? [file] : [],
      ),
      errors: [...errors, ...tests.flatMap((one) => one.errors)],
    };
  });
  return {
    files: read.flatMap(({ files }) => files),
    errors: sortDiagnostics(read.flatMap(({ errors }) => errors)),
  };
}

function readTestFile(
  source: SourceFile,
  folder: string,
  targets: readonly string[],
): { readonly file: PolicyTestFile | null; readonly errors: readonly Diagnostic[] } {
  const { written, errors, positions } = readDocument(source, POLICY_TESTS_SPEC);
  if (written === null || errors.length > 0) return { file: null, errors };
  const { target } = written;
  const exists = targets.includes(target) || (isName(target) && existsSync(join(folder, `${target}.yaml`)));
  if (exists) return { file: { file: source.file, folder, written, positions }, errors: [] };
  const meant = findNearest(target, targets);
  const error = positions.toDiagnostic({
    path: ['target'],
    at: 'value',
    code: 'no-target',
    message: `${quote(folder)} has no policy for target ${quote(target)}`,
    fix: meant === null ? "write the name of a policy's file without `.yaml`" : `did you mean \`${meant}\`?`,
  });
  return { file: null, errors: [error] };
}
