import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { escapeInvisible } from '../../core/printableText.ts';
import {
  type CheckedPolicies,
  type Diagnostic,
  describeDecision,
  describeExpectation,
  git,
  type PolicyTestResult,
  type ReportedCode,
  type TestedPolicies,
} from '../../language/index.ts';
import type { Paint } from '../output/terminal.ts';

export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** A message about a line of a file, in the terms that all formats for machines share. Its texts are safe to print. */
export interface Annotation {
  readonly level: AnnotationLevel;
  readonly code: ReportedCode | 'failed-test';
  /** as a person names it: relative to the current folder */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** such as `owners.acme.grants.prod`; the name of a policy test; empty when it is about the file as a whole */
  readonly subject: string;
  /** what is wrong and how to fix it, without the subject */
  readonly message: string;
}

export function annotateErrors(errors: readonly Diagnostic[]): Annotation[] {
  return errors.map((error) => annotate('error', error));
}

/** The errors, warnings and notices of `policy check`. */
export function annotateCheck({ errors, warnings, notices }: CheckedPolicies): Annotation[] {
  return [
    ...annotateErrors(errors),
    ...warnings.map((warning) => annotate('warning', warning)),
    ...notices.map((notice) => annotate('notice', { ...notice, fix: null })),
  ];
}

/** The failing policy tests as errors, and what no policy test covers as warnings. */
export function annotateTests({ policies, results, untested }: TestedPolicies): Annotation[] {
  const failed = results.filter(({ passed }) => !passed);
  const without = policies.filter(({ policy }) => results.every(({ target }) => target !== policy.target));
  return [
    ...failed.map((result): Annotation => {
      const { file, line, name } = result;
      const message = describeFailure(result).join('; ');
      return {
        level: 'error',
        code: 'failed-test',
        file,
        line,
        column: 1,
        subject: printable(name),
        message,
      };
    }),
    ...without.map(({ file }) =>
      annotate('warning', { file, line: 1, column: 1, path: '', code: 'no-policy-tests', ...NO_TESTS }),
    ),
    ...untested.map((entry) => annotate('warning', { ...entry, code: 'untested-entry' })),
  ];
}

const NO_TESTS = {
  message: 'it has no policy tests',
  fix: 'add them in the folder `cases` beside it',
} as const;

/** What a failed policy test expected, and the actual decision with its reasons, one line each. */
export function describeFailure({ expected, decision }: PolicyTestResult): string[] {
  const reasons = decision.verdict === 'hold' ? decision.reasons : [];
  return [
    `expected: ${describeExpectation(expected)}`,
    `actual: ${describeDecision(decision)}`,
    ...reasons.map(({ code, message }) => `${code}: ${message}`),
  ].map(printable);
}

function annotate(
  level: AnnotationLevel,
  found: Pick<Diagnostic, 'file' | 'line' | 'column' | 'path' | 'message'> & {
    readonly code: ReportedCode;
    readonly fix: string | null;
  },
): Annotation {
  const { code, file, line, column, path, message, fix } = found;
  const text = fix === null ? message : `${message}; ${fix}`;
  return { level, code, file, line, column, subject: printable(path), message: printable(text) };
}

/** Message with its subject, such as `owners.acme: key … does not exist; did you mean …?`. */
export function describeAnnotation({ subject, message }: Annotation): string {
  return subject === '' ? message : `${subject}: ${message}`;
}

/** One line for people, such as `warning: policy/acme.yaml:12:7 owners.acme: message; fix`. */
export function formatRemark(annotation: Annotation, paint: Paint): string {
  const { level, file, line, column } = annotation;
  const tone = ({ error: 'bad', warning: 'warn', notice: 'faint' } as const)[level];
  return `${paint[tone](`${level}:`)} ${file}:${line}:${column} ${describeAnnotation(annotation)}\n`;
}

/** Text without control characters and other invisible ones, so that it stays on one line and is valid in every format. */
export function printable(text: string): string {
  return escapeInvisible(text);
}

const prefixes = new Map<string, string | null>();

/**
 * The path of a file from the root of its repository, as forges name it: from the top of its git repository, otherwise from
 * `GITHUB_WORKSPACE`, otherwise from the current folder. The parts are separated by `/`.
 */
export function repositoryPath(file: string): string {
  const folder = dirname(resolve(file));
  const prefix = gitPrefix(folder);
  if (prefix !== null)
    return join(prefix, basename(resolve(file)))
      .split(sep)
      .join('/');
  const workspace = process.env.GITHUB_WORKSPACE ?? '';
  const within = workspace === '' ? '' : relative(workspace, resolve(file));
  const isWithin = within !== '' && !within.startsWith('..') && !isAbsolute(within);
  return (isWithin ? within : relative('.', file) || '.').split(sep).join('/');
}

/** The path of a folder from the top of its git repository; `null` without one. Asked once per folder, because each call takes time. */
function gitPrefix(folder: string): string | null {
  const known = prefixes.get(folder);
  if (known !== undefined) return known;
  const { status, stdout } = existsSync(folder)
    ? git(folder, ['rev-parse', '--show-prefix'])
    : { status: null, stdout: '' };
  const prefix = status === 0 ? stdout.replace(/\n$/, '') : null;
  prefixes.set(folder, prefix);
  return prefix;
}
