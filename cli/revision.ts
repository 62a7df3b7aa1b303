import { dirname } from 'node:path';
import { revisionOf } from '../language/index.ts';

const known = new Map<string, string>();

/**
 * The revision of a policy file's folder. Git is asked once a folder: policies are read when a command begins, and asking
 * stops everything else in this process, which over many targets takes longer than their passes.
 */
export function revisionOfFile(file: string): string {
  const folder = dirname(file);
  const revision = known.get(folder) ?? revisionOf(folder);
  known.set(folder, revision);
  return revision;
}
