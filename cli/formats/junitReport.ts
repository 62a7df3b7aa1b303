import { XmlNode, XmlText } from '@aws-sdk/xml-builder';
import {
  type Diagnostic,
  formatDiagnostic,
  type PolicyTestResult,
  type TestedPolicies,
} from '../../language/index.ts';
import {
  annotateTests,
  describeAnnotation,
  describeFailure,
  printable,
  repositoryPath,
} from './annotation.ts';

/** Formats the results of policy tests as a JUnit report: one suite per policy, with what is not covered as its `system-err`. */
export function formatJunitReport(tested: TestedPolicies): string {
  const { policies, results } = tested;
  const warnings = annotateTests(tested).filter(({ level }) => level === 'warning');
  const suites = policies.map(({ file, policy: { target } }) => {
    const own = results.filter((result) => result.target === target);
    const uncovered = warnings
      .filter((warning) => warning.file === file)
      .map((warning) => `${locate(warning)}:${warning.column} ${describeAnnotation(warning)}`);
    return buildSuite(target, own.map(buildCase), { failures: countFailed(own), errors: 0 }, uncovered);
  });
  return formatSuites(suites, { tests: results.length, failures: countFailed(results), errors: 0 });
}

/** Formats the errors of policies and policy tests, because of which no test was run, as a JUnit report: one erroneous case each. */
export function formatJunitErrors(errors: readonly Diagnostic[]): string {
  const cases = errors.map((error) => {
    const { code, line, message, path } = error;
    const file = printable(repositoryPath(error.file));
    const name = path === '' ? `${code}: ${message}` : `${path}: ${code}`;
    const detail = element('error', { type: code, message: printable(message) });
    detail.addChildNode(new XmlText(printable(formatDiagnostic({ ...error, file }))));
    return element('testcase', { name: printable(name), classname: file, file, line }, [detail]);
  });
  const counts = { failures: 0, errors: errors.length };
  return formatSuites([buildSuite('policy files', cases, counts, [])], { tests: errors.length, ...counts });
}

interface Counts {
  readonly failures: number;
  readonly errors: number;
}

function formatSuites(suites: readonly XmlNode[], counts: Counts & { readonly tests: number }): string {
  const root = element('testsuites', { name: 'vif-acceptor policy test', ...counts }, suites);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.toString()}\n`;
}

function buildSuite(
  name: string,
  cases: readonly XmlNode[],
  counts: Counts,
  warnings: readonly string[],
): XmlNode {
  const output = warnings.length === 0 ? [] : [XmlNode.of('system-err', warnings.join('\n'))];
  return element('testsuite', { name, tests: cases.length, ...counts }, [...cases, ...output]);
}

function buildCase(result: PolicyTestResult): XmlNode {
  const { name, target, line, passed } = result;
  const file = printable(repositoryPath(result.file));
  const attributes = { name: printable(name), classname: target, file, line };
  return element('testcase', attributes, passed ? [] : [buildFailure(result)]);
}

function buildFailure(result: PolicyTestResult): XmlNode {
  const [expected = '', actual = '', ...reasons] = describeFailure(result);
  const failure = element('failure', { type: 'decision', message: `${expected}; ${actual}` });
  return failure.addChildNode(new XmlText([locate(result), expected, actual, ...reasons].join('\n')));
}

/** Builds an element. Its texts must be without control characters, which XML cannot contain even when they are escaped. */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly XmlNode[] = [],
): XmlNode {
  const node = new XmlNode(name, [...children]);
  for (const [key, value] of Object.entries(attributes)) node.addAttribute(key, String(value));
  return node;
}

function locate({ file, line }: Pick<Diagnostic, 'file' | 'line'>): string {
  return `${printable(repositoryPath(file))}:${line}`;
}

function countFailed(results: readonly PolicyTestResult[]): number {
  return results.filter(({ passed }) => !passed).length;
}
