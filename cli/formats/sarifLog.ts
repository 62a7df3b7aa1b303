import { createHash } from 'node:crypto';
import { CODE_HELP } from '../../language/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type Annotation, type AnnotationLevel, describeAnnotation, repositoryPath } from './annotation.ts';

/** Not of package.json: that of the installed command line has a version only. */
const NAME = 'vif-acceptor';

const LEVELS = { error: 'error', warning: 'warning', notice: 'note' } as const satisfies Record<
  AnnotationLevel,
  string
>;

/** Name of the base of all paths: the root of the repository, wherever it is checked out. */
const ROOT = '%SRCROOT%';

/** Builds the SARIF 2.1.0 log of one command, for code scanning of GitHub and other forges. */
export function buildSarifLog(annotations: readonly Annotation[], exitCode: number): object {
  const codes = [...new Set(annotations.map(({ code }) => code))];
  const rules = codes.map((code) => buildRule(code, annotations));
  const seen = new Map<string, number>();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: NAME,
            version: packageJson.version,
            semanticVersion: packageJson.version,
            rules,
          },
        },
        automationDetails: { id: `${NAME}/policy-check/` },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the repository.' } } },
        invocations: [{ executionSuccessful: true, exitCode }],
        results: annotations.map((annotation) => buildResult(annotation, codes, seen)),
      },
    ],
  };
}

function buildRule(code: Annotation['code'], annotations: readonly Annotation[]): object {
  const text = code === 'failed-test' ? 'A policy test failed.' : CODE_HELP[code];
  const level = annotations.find((annotation) => annotation.code === code)?.level ?? 'error';
  return {
    id: code,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: `${text} The message of each result says how to fix it.` },
    defaultConfiguration: { level: LEVELS[level] },
  };
}

function buildResult(
  annotation: Annotation,
  codes: readonly Annotation['code'][],
  seen: Map<string, number>,
): object {
  const { level, code, line, column } = annotation;
  const uri = repositoryPath(annotation.file).toWellFormed().split('/').map(encodeURIComponent).join('/');
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[level],
    message: { text: describeAnnotation(annotation) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri, uriBaseId: ROOT },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
    partialFingerprints: { 'vifAcceptorPath/v1': fingerprint(annotation, uri, seen) },
  };
}

/**
 * Identifies a problem from one version of the file to the next: by its code and its path in the document, not by its line, which other
 * edits move, nor by its message, which contains values. Several problems at one path are numbered.
 */
function fingerprint({ code, subject }: Annotation, uri: string, seen: Map<string, number>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([code, uri, subject]), 'utf8')
    .digest('hex');
  const number = (seen.get(hash) ?? 0) + 1;
  seen.set(hash, number);
  return `${hash.slice(0, 32)}:${number}`;
}
