import { dirname } from 'node:path';
import { quoteOwn } from '../core/printableText.ts';
import { revisionOf } from '../language/index.ts';
import { paintFor } from './output/paint.ts';

const known = new Map<string, string>();

/**
 * The revision of a policy file's folder. Git is asked once a folder: policies are read when a command begins, and asking
 * stops everything else in this process, which over many targets takes longer than their passes.
 */
export function revisionOfFile(file: string): string {
  const folder = dirname(file);
  const remembered = known.get(folder);
  if (remembered !== undefined) return remembered;
  const { name, problem } = revisionOf(folder);
  if (problem !== null)
    process.stderr.write(
      `${paintFor(process.stderr).warn('warning:')} the revision of ${quoteOwn(folder)} is reported as unknown: ${problem}; see what keeps git waiting there (\`git status\`)\n`,
    );
  known.set(folder, name);
  return name;
}
