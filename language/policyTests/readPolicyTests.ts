import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quote } from '../../core/printableText.ts';
import { isName } from '../../core/resourceIds.ts';
import { targetOf } from '../checkPolicy.ts';
import { type Fault, inOrder } from '../diagnostic.ts';
import { readCaseFiles } from '../policyFiles.ts';
import { type Places, readDocument, type Source } from '../readDocument.ts';
import { nearest } from '../unknownKeys.ts';
import type { WrittenCases } from './policyTestSchema.ts';
import { CASES } from './validatePolicyTests.ts';

/** A file of cases without faults of its own. */
export interface CaseFile {
  readonly file: string;
  /** that of its policy */
  readonly folder: string;
  readonly written: WrittenCases;
  readonly places: Places;
}

export interface ReadCases {
  readonly files: readonly CaseFile[];
  readonly faults: readonly Fault[];
}

/**
 * Reads the cases beside policies.
 * @param policies files that are tried; cases of their neighbours are left alone
 */
export function readCases(policies: readonly string[]): ReadCases {
  const folders = [...new Set(policies.map(dirname))];
  const read = folders.map((folder) => {
    const { sources, faults } = readCaseFiles(folder);
    const targets = policies
      .filter((file) => dirname(file) === folder)
      .map(targetOf)
      .filter((target) => typeof target === 'string');
    const cases = sources.map((source) => readOne(source, folder, targets));
    return {
      files: cases.flatMap(({ file }) =>
        file !== null && targets.includes(file.written.target) ? [file] : [],
      ),
      faults: [...faults, ...cases.flatMap((one) => one.faults)],
    };
  });
  return {
    files: read.flatMap(({ files }) => files),
    faults: inOrder(read.flatMap(({ faults }) => faults)),
  };
}

function readOne(
  source: Source,
  folder: string,
  targets: readonly string[],
): { readonly file: CaseFile | null; readonly faults: readonly Fault[] } {
  const { written, faults, places } = readDocument(source, CASES);
  if (written === null || faults.length > 0) return { file: null, faults };
  const { target } = written;
  const exists = targets.includes(target) || (isName(target) && existsSync(join(folder, `${target}.yaml`)));
  if (exists) return { file: { file: source.file, folder, written, places }, faults: [] };
  const slip = nearest(target, targets);
  const fault = places.locate({
    path: ['target'],
    at: 'value',
    code: 'no-target',
    message: `there is no policy of target ${quote(target)} in ${quote(folder)}`,
    mend: slip === null ? "write the name of a policy's file without `.yaml`" : `did you mean \`${slip}\`?`,
  });
  return { file: null, faults: [fault] };
}
