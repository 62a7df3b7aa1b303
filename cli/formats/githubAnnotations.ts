import {
  type Annotation,
  type AnnotationLevel,
  describeAnnotation,
  printable,
  repositoryPath,
} from './annotation.ts';

/** Errors first: GitHub shows only the first ten annotations of each level of a step. The log has all of them. */
const ORDER: readonly AnnotationLevel[] = ['error', 'warning', 'notice'];

/**
 * Formats annotations as workflow commands of GitHub Actions, one per line. The message repeats the position, because the log does
 * not show that of the command.
 */
export function formatGithubAnnotations(annotations: readonly Annotation[]): string {
  const sorted = annotations.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  return sorted.map((annotation) => `${formatCommand(annotation)}\n`).join('');
}

function formatCommand(annotation: Annotation): string {
  const { level, code, line, column } = annotation;
  const file = printable(repositoryPath(annotation.file));
  const properties = { file, line, col: column, title: `vif-acceptor: ${code}` };
  const written = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(String(value))}`,
  );
  const message = `${file}:${line}:${column} ${describeAnnotation(annotation)}`;
  return `::${level} ${written.join(',')}::${escapeData(message)}`;
}

/** Escapes the message of a workflow command, as GitHub's runner reads it. */
function escapeData(text: string): string {
  return withoutOldCommands(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Escapes a property of a workflow command: `:` would end the properties, and `,` this property. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/**
 * A report for people without workflow commands: the runner executes them wherever they occur in a step's output, on standard error
 * too. A policy test can have the name of a command.
 */
export function withoutWorkflowCommands(text: string): string {
  return withoutOldCommands(text).replaceAll(/^(\s*):(?=:)/gmu, '$1: ');
}

/** The runner executes the older form of commands, `##[name]`, in the middle of a line too. */
function withoutOldCommands(text: string): string {
  return text.replaceAll('##[', '# #[');
}
