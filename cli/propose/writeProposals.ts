import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readErrorCode } from '../../adapters/fileSystem.ts';
import { unifiedDiff } from '../../language/suggest/policyPatch.ts';
import { UsageError } from '../options.ts';
import { type FileEdit, formatKey, type Proposal } from './proposal.ts';

/** The file with everything about one proposal, for scripts of other forges. Keys are only added. */
const INDEX = 'proposal.json';

/**
 * Writes each proposal into a folder `TARGET/ID`: its branch, texts, changed files and patch.
 * @returns the number of files
 * @throws UsageError when the folder is not empty or cannot be written
 */
export function writeProposals(folder: string, proposals: readonly Proposal[]): number {
  const files = proposals.flatMap((proposal) =>
    Object.entries(proposalFiles(proposal)).map(
      ([name, text]) => [join(folder, proposal.target, proposal.key.id, name), text] as const,
    ),
  );
  try {
    mkdirSync(folder, { recursive: true });
    // A proposal of an earlier run could be for a request that is over.
    if (readdirSync(folder).length > 0)
      throw new UsageError(`--output: \`${folder}\` is not empty; name a new folder, or remove its files`);
    for (const [path, text] of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx' });
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `--output: \`${folder}\` cannot be written (${readErrorCode(error)}); name another folder, or fix its permissions`,
    );
  }
  return files.length;
}

function proposalFiles(proposal: Proposal): Record<string, string> {
  const { key, target, kind, branch, title, deadline, body, commitMessage, files } = proposal;
  const index = { format: 1, request: formatKey(key), target, kind, branch, title, deadline };
  return {
    [INDEX]: `${JSON.stringify({ ...index, files: files.map(({ path }) => path) }, null, 2)}\n`,
    'body.md': `${body}\n`,
    'message.txt': commitMessage,
    'change.patch': files.map(formatPatch).join(''),
    ...Object.fromEntries(files.map(({ path, text }) => [join('files', path), text])),
  };
}

/** The change of one file, for `git apply`. */
function formatPatch({ path, old, text }: FileEdit): string {
  if (old !== null) return unifiedDiff(path, old, text);
  const lines = text.replace(/\n$/, '').split('\n');
  return [
    '--- /dev/null',
    `+++ b/${path}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n');
}
