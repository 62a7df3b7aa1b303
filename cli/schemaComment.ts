import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { FROM_CHECKOUT } from '../language/invocation.ts';

/** Of the checkout, or of the installed package, whose JavaScript lies one folder deeper. */
const PACKAGE = join(import.meta.dirname, FROM_CHECKOUT ? '..' : '../..');

/**
 * The comment by which an editor finds the JSON schema of a policy in `file`; `null` where it would lead nowhere for others: a
 * path out of the project holds on this machine only.
 * @param file in a folder that exists
 */
export function schemaComment(file: string, home = PACKAGE): string | null {
  const schema = join(home, 'docs', 'policy.schema.json');
  if (!existsSync(schema)) return null;
  const folder = realpathSync(dirname(file));
  const path = relative(folder, realpathSync(schema)).split(sep);
  const project = realpathSync(projectOf(home));
  // Whoever has the project has both.
  if (folder !== project && !folder.startsWith(project + sep)) return null;
  // The language server takes the path to end at a space.
  return path.some((part) => /\s/.test(part)) ? null : `# yaml-language-server: $schema=${path.join('/')}`;
}

/** The project that the package is installed in, or the checkout itself. */
function projectOf(home: string): string {
  const [project = home] = home.split(`${sep}node_modules${sep}`);
  return project;
}
